"""Zalo's error codes as data, and what each of them means for a sending."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import NamedTuple

from bot.channels.channel import SendError

log = logging.getLogger(__name__)


class Fate(Enum):
    """What becomes of a message that was refused."""

    AGAIN = "it passes by itself: tried again soon"
    SLOWER = "too many calls: the whole channel waits for the next minute"
    LATER = "a quota is spent: tried again in some hours"
    MORNING = "not at night: tried again in the morning"
    NEVER = "this message is refused for good"
    GONE = "this resident is out of reach until they come back by themselves"
    WINDOW = "we may write only after the resident did"
    TOKEN = "the access token is not accepted: another one, and once more"  # noqa: S105 - no secret
    HUMAN = "an official has to mend the account or the settings; all wait for that"


class Code(NamedTuple):
    """One code of the table: what Zalo means by it, and what we do."""

    fate: Fate
    meaning: str


CODES: Mapping[int, Code] = {
    -32: Code(Fate.SLOWER, "too many calls in this minute"),
    -100: Code(Fate.AGAIN, "an upload has expired, or an unknown fault at Zalo"),
    -200: Code(Fate.AGAIN, "the sending failed at Zalo"),
    -201: Code(Fate.NEVER, "a parameter is wrong, or there is no such user"),
    -202: Code(Fate.HUMAN, "the mac is wrong"),
    -204: Code(Fate.HUMAN, "the Official Account was deleted"),
    -205: Code(Fate.HUMAN, "the Official Account does not exist"),
    -209: Code(Fate.HUMAN, "the app is not activated at developers.zalo.me"),
    -210: Code(Fate.NEVER, "a parameter is over its limit"),
    -211: Code(Fate.LATER, "the quota of this feature is spent"),
    -212: Code(Fate.HUMAN, "the app has not registered the Official Account API"),
    -213: Code(Fate.GONE, "the user does not follow the Official Account"),
    -214: Code(Fate.AGAIN, "an article is still being processed"),
    -216: Code(Fate.TOKEN, "the access token is invalid"),
    216: Code(Fate.TOKEN, "the access token is invalid"),
    401: Code(Fate.TOKEN, "the access token is invalid"),
    -401: Code(Fate.TOKEN, "the access token is invalid"),
    -217: Code(Fate.GONE, "the user blocks our invitations"),
    -218: Code(Fate.LATER, "the user may receive no more for now"),
    -219: Code(Fate.HUMAN, "the app was removed or disabled"),
    -220: Code(Fate.TOKEN, "the access token has expired"),
    -221: Code(Fate.HUMAN, "the Official Account must be verified"),
    -223: Code(Fate.HUMAN, "the Official Account has not granted this to the app"),
    -224: Code(Fate.HUMAN, "the package of the Official Account is too low"),
    -227: Code(Fate.GONE, "the user is banned, or away for over 45 days"),
    -230: Code(Fate.WINDOW, "the user has not written for 7 days"),
    -232: Code(Fate.WINDOW, "the user has never written, or too long ago"),
    -233: Code(Fate.NEVER, "this type of message is not supported"),
    -234: Code(Fate.MORNING, "such a message may not be sent at night"),
    -235: Code(Fate.HUMAN, "not for this type of Official Account"),
    -240: Code(Fate.HUMAN, "this API of Zalo was closed"),
    -242: Code(Fate.HUMAN, "the appsecret_proof is wrong: is the app secret?"),
    -244: Code(Fate.GONE, "the user restricted messages of this type"),
    -248: Code(Fate.NEVER, "the content violates Zalo's rules"),
    -249: Code(Fate.NEVER, "this template cannot be sent by user id"),
    -305: Code(Fate.WINDOW, "the 48 hours have passed"),
    -311: Code(Fate.WINDOW, "the replies of this window are spent"),
    -320: Code(Fate.HUMAN, "no ZBS account is linked for billing"),
    -321: Code(Fate.HUMAN, "the ZBS account has no money"),
    # Templates have codes of their own.
    -108: Code(Fate.NEVER, "the phone number is wrong"),
    -109: Code(Fate.NEVER, "the template is wrong"),
    -114: Code(Fate.GONE, "the user cannot receive templates"),
    -115: Code(Fate.HUMAN, "the ZBS account has no money"),
    -118: Code(Fate.GONE, "the user has no Zalo account any more"),
    -119: Code(Fate.GONE, "the user cannot receive templates"),
    -1121: Code(Fate.NEVER, "a template parameter is too long"),
    -1122: Code(Fate.NEVER, "a template parameter is missing"),
    -1124: Code(Fate.NEVER, "a template parameter has the wrong format"),
    -124: Code(Fate.TOKEN, "the access token is invalid"),
    -126: Code(Fate.HUMAN, "the test wallet is empty"),
    -127: Code(Fate.HUMAN, "a template in test goes to admins only"),
    -131: Code(Fate.NEVER, "the template is not approved"),
    -133: Code(Fate.MORNING, "this template may not be sent at night"),
    -135: Code(Fate.HUMAN, "the Official Account may not send templates"),
    -1351: Code(Fate.HUMAN, "the Official Account may not send templates"),
    -137: Code(Fate.HUMAN, "the billing of the template failed"),
    -139: Code(Fate.GONE, "the user refuses such templates"),
    -141: Code(Fate.GONE, "the user refuses this Official Account"),
    -144: Code(Fate.LATER, "the templates of this day are spent"),
    -1441: Code(Fate.LATER, "the promotions of this period are spent"),
    -146: Code(Fate.HUMAN, "the template was disabled"),
    -147: Code(Fate.LATER, "this template's limit of the day is reached"),
    -1471: Code(Fate.LATER, "the promotions of this period are spent"),
    -1472: Code(Fate.LATER, "the promotions of this period are spent"),
    -1241: Code(Fate.HUMAN, "the appsecret_proof is wrong: is the app secret?"),
}
"""Every code of the platform's tables that a call of ours can meet."""

UNKNOWN = Code(Fate.AGAIN, "a code that we do not know")
"""Refused, so that nobody saw it: trying again shows it at most once."""

PLAINER = frozenset({-201, -210, -233})
"""A message with buttons that is refused so may go without them: its choices are in its text."""
TEMPLATED = frozenset({-230, -232})
"""A message that is refused so may still go as an approved template."""
ALARMS = frozenset({-248})
"""Refusals of one message that officials have to hear of."""

HUMAN_PAUSE = 3600.0
"""Seconds between attempts while somebody has to mend something; ten of them last a night."""

_PAUSES = {Fate.AGAIN: 60.0, Fate.LATER: 6 * 3600.0}
_VIETNAM = timezone(timedelta(hours=7))
_MORNING = timedelta(hours=6, minutes=5)  # a little late: at 6:00 everybody's backlog goes out
_SPREAD = 600  # seconds over which our own morning's messages are spread


class RefusedError(SendError):
    """Zalo answered, and refused: `code` says why."""

    def __init__(self, code: int, said: str, *, clock: Callable[[], datetime]) -> None:
        known = CODES.get(code, UNKNOWN)
        fate = self.fate = known.fate
        self.code = code
        super().__init__(
            f"Zalo refused ({code}): {known.meaning}" + (f": {said[:150]}" if said else ""),
            retry_in=_pause(fate, clock()),
            resident_gone=fate is Fate.GONE,
            out_of_window=fate is Fate.WINDOW,
            whole_channel=fate in (Fate.SLOWER, Fate.HUMAN, Fate.TOKEN),
        )


def _pause(fate: Fate, now: datetime) -> float | None:
    """Seconds until the same message may be tried again; None: never."""
    if fate is Fate.SLOWER:
        return 61.0 - now.second
    if fate is Fate.MORNING:
        return _until_morning(now)
    if fate in (Fate.HUMAN, Fate.TOKEN):
        return HUMAN_PAUSE
    return _PAUSES.get(fate)


def _until_morning(now: datetime) -> float:
    local = now.astimezone(_VIETNAM)
    morning = local.replace(hour=0, minute=0, second=0, microsecond=0) + _MORNING
    if morning <= local:
        morning += timedelta(days=1)
    return (morning - local).total_seconds() + now.microsecond % _SPREAD


class Alarm:
    """Tells officials, through the log, once for each thing that they have to mend."""

    def __init__(self) -> None:
        self._told: set[int] = set()

    def hear(self, refusal: RefusedError) -> None:
        """Log an ERROR when a refusal of this kind is new."""
        for_humans = refusal.fate in (Fate.HUMAN, Fate.TOKEN) or refusal.code in ALARMS
        if for_humans and refusal.code not in self._told:
            self._told.add(refusal.code)
            log.error("somebody has to mend this: %s", refusal.reason)

    def calm(self) -> None:
        """All goes well again: the next trouble is new."""
        self._told.clear()
