"""Numbers that look right and belong to nobody."""

from stdnum import luhn


def demo_siret(department: str, serial: int) -> str:
    """A SIRET that passes the check and was never given: `serial` from 1 to 99 in a department of two digits.

    The lowest SIREN of the Sirene register is 000 325 175, and new ones come from far above: those below, from
    000 014 010 to 000 076 998 here, belong to nobody and won't.
    """
    siren = f"0000{department}{serial:02d}"
    siren += luhn.calc_check_digit(siren)
    establishment = f"{siren}0001"
    return establishment + luhn.calc_check_digit(establishment)


def demo_phone(department: str, serial: int) -> str:
    """A phone number of the north-west that rings nowhere.

    02 61 91 xx xx is set aside for works of fiction in Arcep's numbering plan (decision 2018-0881).
    """
    return f"02 61 91 {department} {serial:02d}"
