"""The fifteen jobs, by the names that the ruleset has. Each is told on which side it is to work; it never asks for the phase."""

from collections.abc import Callable

from cutover.migrate import Variant

from board.board import Board
from board.work import companies, offers, persons, reminders, retired, status

Job = Callable[[Board, Variant], int]

JOBS: dict[str, Job] = {
    "recruiterOfferExpirationReminderJob": reminders.remind,
    "cancelOfferJob": offers.cancel,
    "fixJobExpirationDateJob": offers.clip,
    "updateMissingStartDateJob": offers.begin,
    "fixRecruiterDataValidationJob": offers.mend,
    "updateSiretInfosInErrorJob": companies.complete,
    "sendMiseEnRelation": reminders.introduce,
    "removeDuplicatesRecruiters": retired.merge,
    "lbaJobToJobsPartners": retired.copy,
    "streamProcessor": retired.stream,
    "obfuscateCollections": persons.obfuscate,
    "anonymizeIndividual": persons.forget,
    "anonimizeUsersWithAccounts": persons.forget_users,
    "analyzeClosedCompanies": companies.analyze,
    "syncRecruiterStatusToJobsPartners": status.sync,
}
