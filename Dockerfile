# Two stages: the first builds a wheel and installs it, the second holds only what runs.
#   docker build --tag rankbot .
# EXTRAS: what goes in beside the program. Matplotlib (charts) takes 175 MB, more than all the rest, and draws pictures into
# mails only, so it is not in by itself: docker build --build-arg EXTRAS=apprise,charts,metrics,postgres --tag rankbot .
FROM python:3.13.9-slim-trixie AS build
ARG EXTRAS=apprise,metrics,postgres
WORKDIR /src
COPY pyproject.toml README.md LICENSE config.example.toml config.schema.json ./
COPY bot ./bot
COPY templates ./templates
RUN python -m venv /opt/rankbot \
    && /opt/rankbot/bin/pip install --no-cache-dir ".[${EXTRAS}]"

FROM python:3.13.9-slim-trixie
LABEL org.opencontainers.image.title="rankbot" \
      org.opencontainers.image.description="Alerts on changes of OpenRouter's rankings" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --create-home --home-dir /data --shell /usr/sbin/nologin rankbot
COPY --from=build /opt/rankbot /opt/rankbot
ENV PATH="/opt/rankbot/bin:$PATH" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
# config.toml and the database lie in /data; all else may be read-only but /tmp, where the beat is.
# The exec form, so that SIGTERM reaches the process.
HEALTHCHECK --interval=60s --timeout=10s --start-period=120s CMD ["rankbot", "status", "--live"]
CMD ["rankbot", "serve"]
