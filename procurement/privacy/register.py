"""The register of processing (GDPR, article 30), declared once: the page, the notice and the daily job read it.

Each table that may name a person belongs to one activity; a house test says which table nobody has thought of.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from procurement.core.i18n import N_
from procurement.privacy import terms
from procurement.privacy.terms import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One thing that is done with personal data. All but `name`, `terms` and `tables` are msgids."""

    name: str
    title: str
    purpose: str
    basis: str
    articles: str
    """Where that basis stands, as it is cited."""
    people: str
    data: str
    recipients: str
    terms: Sequence[Term]
    tables: frozenset[str]


ACTIVITIES: Sequence[Activity] = (
    Activity(
        name="accounts",
        title=N_("Accounts, roles and signing in"),
        purpose=N_(
            "To let people of the structures and of the network’s office work here, to know who may do what, and to "
            "keep others out."
        ),
        basis=N_("Legitimate interest of the network and its structures in working together, safely"),
        articles=N_("GDPR, articles 6(1)(f) and 32"),
        people=N_("People of the member structures, of the network’s office and of its board"),
        data=N_(
            "Name as shown, e-mail address, telephone if given, language, time zone, hours for e-mails, structures "
            "and roles with their dates and who gave them, digest of the password, code of the telephone (encrypted), browsers signed in, requests for links, "
            "digest of the private calendar’s address."
        ),
        recipients=N_(
            "The network’s office; people of one’s own structures; members of the same group answer, for the managers’ "
            "e-mail addresses; others of the network see the name only"
        ),
        terms=(
            terms.CLOSED_ACCOUNT,
            terms.LINKS,
            terms.SIGN_INS,
            terms.RECEIPTS,
            terms.SESSION,
            terms.COUNTERS,
            terms.ACCOUNT_VALUES,
        ),
        tables=frozenset(
            {
                "user_account",
                "role_grant",
                "membership",
                "sign_in_link",
                "password_reset",
                "address_change",
                "sign_in",
                "second_factor",
                "calendar_address",
                "form_receipt",
            }
        ),
    ),
    Activity(
        name="invitations",
        title=N_("Invitations"),
        purpose=N_("To let somebody join a structure’s team or the network’s office."),
        basis=N_("Legitimate interest of the structure that invites"),
        articles=N_("GDPR, article 6(1)(f)"),
        people=N_("People invited"),
        data=N_("E-mail address, name if given, structure and place offered, who invites, dates."),
        recipients=N_("The managers of that structure; the network’s office"),
        terms=(terms.INVITATIONS,),
        tables=frozenset({"invitation"}),
    ),
    Activity(
        name="messages",
        title=N_("Reminders and messages"),
        purpose=N_(
            "To tell each person in time what they owe and what concerns them, as they have chosen; to prove that it "
            "was told; to notice an address that no longer answers."
        ),
        basis=N_("Legitimate interest: no structure misses a date that binds it"),
        articles=N_("GDPR, article 6(1)(f); civil code, article 2224"),
        people=N_("People with an account; people invited"),
        data=N_(
            "What was told, when, to which address, whether the server took it; choices of messages, absences and "
            "stand-ins, tenders followed or muted, searches kept. Nobody is watched opening an e-mail."
        ),
        recipients=N_("The person; the legal delegate, for what concerns a contract"),
        terms=(terms.SECURITY_MAIL, terms.MAIL, terms.BOUNCES, terms.ABSENCES),
        tables=frozenset(
            {
                "delivery",
                "notification",
                "bounce",
                "preference",
                "absence",
                "following",
                "saved_search",
            }
        ),
    ),
    Activity(
        name="contracts",
        title=N_("Group answers to contracts"),
        purpose=N_(
            "To prepare, deposit and carry out answers in groups, and to prove later who committed which structure, and "
            "when."
        ),
        basis=N_("Legal obligation, and legitimate interest in proving commitments"),
        articles=N_(
            "GDPR, articles 6(1)(c) and 6(1)(f); commercial code, article L123-22; civil code, article 2224"
        ),
        people=N_(
            "People who act for a structure or for the network’s office; people named in files and official notices; "
            "whoever writes to the address that notices are forwarded to"
        ),
        data=N_(
            "Who registered, proposed, confirmed, deposited, coordinates or put a file there, and when; the files "
            "themselves. No data about employees in insertion: they don’t belong here."
        ),
        recipients=N_(
            "The structures of the group, each for its own group; the legal delegate; the buyer, by its portal"
        ),
        terms=(terms.LOST_FILES, terms.WON_FILES, terms.SPARE_FILES, terms.NOTICES, terms.FORWARDED),
        tables=frozenset(
            {
                "notice",
                "forwarded_mail",
                "import_run",
                "tender",
                "tender_handling",
                "tender_summary",
                "bid",
                "seat",
                "waiver",
                "file_version",
            }
        ),
    ),
    Activity(
        name="certificates",
        title=N_("Certificates and files of the structures"),
        purpose=N_(
            "To keep what each structure must prove and say in its answers, and to remind it before it lapses."
        ),
        basis=N_("Legal obligation of whoever contracts, and legitimate interest of the groups"),
        articles=N_("GDPR, articles 6(1)(c) and 6(1)(f); labour code, article L8222-1"),
        people=N_(
            "Who sent or checked a certificate; who may sign for a structure; who may be asked about its work"
        ),
        data=N_(
            "Dates, notes and files of certificates, who sent and who checked them; name, position and authority of "
            "whoever signs, contacts of references, the structure’s bank account, sealed."
        ),
        recipients=N_("People of the structure; the legal delegate"),
        terms=(terms.REPLACED_SCANS, terms.LEFT_MEMBERS),
        tables=frozenset({"certificate", "member_file", "reference", "signatory"}),
    ),
    Activity(
        name="trail",
        title=N_("Trail of what was done"),
        purpose=N_("To show who changed what, to prove it, and to notice abuse."),
        basis=N_("Legitimate interest in proof and security"),
        articles=N_("GDPR, articles 5(2), 6(1)(f) and 32"),
        people=N_("Whoever does something here"),
        data=N_(
            "The number of the person, what they did, on what, when. Names, reasons and prices stand beside, and can "
            "be erased without breaking the chain."
        ),
        recipients=N_("Whoever may see what was changed; the network’s office"),
        terms=(terms.TRAIL_VALUES, terms.LOGS, terms.BACKUPS),
        tables=frozenset({"event", "event_detail"}),
    ),
    Activity(
        name="rights",
        title=N_("Requests about one’s data"),
        purpose=N_("To answer them in time, and to prove that it was done."),
        basis=N_("Legal obligation"),
        articles=N_("GDPR, articles 6(1)(c), 12 and 15 to 21"),
        people=N_("People with an account"),
        data=N_("The number of the account, when it was asked and answered, and by whom."),
        recipients=N_("The administrator; the data protection authority, if it asks"),
        terms=(terms.REQUESTS,),
        tables=frozenset({"erasure"}),
    ),
)
"""All that is done with personal data, what people meet first coming first."""

IMPERSONAL = frozenset(
    {
        "bid_lot",
        "business_year",
        "buyer",
        "clause",
        "deadline",
        "event_fault",
        "file",
        "heartbeat",
        "tender_twin",
        "lead_times",
        "lot",
        "member",
        "member_label",
        "member_link",
        "participation",
        "participation_lot",
        "participation_site",
        "rate",
        "retention_run",
        "site",
    }
)
"""Tables that say something of structures, of buyers, of contracts as published, or of machines: of no person."""

SECURITY: Sequence[str] = (
    N_(
        "Encrypted connections; passwords kept as Argon2id digests; attempts limited; links valid once and briefly."
    ),
    N_("Each page and each file checks who asks; what isn’t yours doesn’t exist for you."),
    N_("Each change stands in a trail that can’t be rewritten without its being seen."),
    N_("Logs without names or addresses; no tracker, no measure of audience, no pixel in e-mails."),
    N_("Files searched for viruses where the publisher has set it up, and handed out as attachments only."),
)
"""Measures of security in general terms (GDPR, article 30(1)(g)): msgids."""

ALL_TERMS: Sequence[Term] = tuple(term for activity in ACTIVITIES for term in activity.terms)
"""Every term, in the order of the register."""
