"""Slack's limits for a message, in one table, and the budgets that we keep below them.

What Slack counts as a character is not documented; here it is UTF-16 units (``slack_markup.units``), the largest of the
usual ways. Where the documentation and older copies of it differ, the smaller number holds: it is accepted by either.
"""

from __future__ import annotations

TEXT_LIMIT = 4_000
"""Characters of the top-level text (docs.slack.dev: chat.postMessage)."""
BLOCKS_LIMIT = 50
"""Blocks of a message (docs.slack.dev: Block Kit, blocks)."""
HEADER_LIMIT = 150
"""Characters of a header (docs.slack.dev: header block)."""
CONTEXT_LIMIT = 10
"""Elements of a context block (docs.slack.dev: context block)."""
BLOCK_BUDGET = 2_900
"""Characters that we put into one block of text. A text object may hold 3,000."""
MESSAGE_BUDGET = 11_500
"""Characters that we put into all blocks of a message: beyond about 12,000, Slack says msg_blocks_too_long."""

CELL_LIMIT = 80
"""Characters of a table cell without a link: ours, so that a row stays a line."""
LABEL_LIMIT = 150
"""Characters of a link's label: ours."""
URL_LIMIT = 2_000
"""Characters of an address, escaped. Slack names no limit for text; a button's is 3,000."""

TABLES_LIMIT = 1
"""Table blocks of a message (docs.slack.dev: table block); more are refused with only_one_table_allowed."""
TABLE_ROWS = 100
TABLE_COLUMNS = 20
TABLE_BUDGET = 5_000
"""Characters that we put into a table block's cells. It may hold 10,000, but not beside a header and the source."""

CHARTS_LIMIT = 2
"""Charts of a message (docs.slack.dev: data visualization block)."""
CHART_TITLE = 50
CHART_AXIS_LABEL = 50
CHART_NAME = 20
"""Characters of a category's label and of a series' name."""
CHART_POINTS = 20
CHART_SERIES = 6
"""Series of a chart: 12 by the present documentation, 6 by that of the block's first weeks."""
