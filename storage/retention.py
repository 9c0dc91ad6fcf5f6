"""Retention: what is old loses its words, and what is nobody's any more loses all but its count."""

from datetime import datetime

import sqlalchemy as sa

from storage import inbox, outbox, questions, residents


def purge(connection: sa.Connection, before: datetime) -> None:
    """Words and accounts of before that moment go; cases keep theirs, being a record.

    It also finishes deletions: the answer that said so was still to be sent to its account.
    """
    for noun in (inbox, outbox, questions, residents):
        noun.purge(connection, before)
    if connection.dialect.name == "sqlite":
        # The search of cases keeps words that were taken out, until its pieces are joined.
        connection.exec_driver_sql("INSERT INTO case_words(case_words) VALUES ('optimize')")
