# Two stages: the first builds a wheel and installs it, the second holds only what runs.
FROM python:3.13.9-slim-trixie AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE config.schema.json ./
COPY bot ./bot
COPY templates ./templates
RUN python -m venv /opt/rankbot \
    && /opt/rankbot/bin/pip install --no-cache-dir '.[apprise,charts,postgres]'

FROM python:3.13.9-slim-trixie
LABEL org.opencontainers.image.title="rankbot" \
      org.opencontainers.image.description="Alerts on changes of OpenRouter's rankings" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --create-home --home-dir /data --shell /usr/sbin/nologin rankbot
COPY --from=build /opt/rankbot /opt/rankbot
ENV PATH="/opt/rankbot/bin:$PATH" PYTHONUNBUFFERED=1
USER rankbot
WORKDIR /data
VOLUME /data
# config.toml and the database lie in /data; the exec form, so that SIGTERM reaches the process.
HEALTHCHECK --interval=60s --timeout=10s --start-period=120s CMD ["rankbot", "status", "--live"]
CMD ["rankbot", "serve"]
