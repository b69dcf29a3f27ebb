"""Passwords, limits of roles and the last administrator, with no database."""

import pytest

from lms.accounts.passwords import common
from lms.accounts.rules import (
    LIMITS,
    email_key,
    last_administrator,
    limit_flaws,
    password_flaws,
    plain_name,
)
from lms.permissions import Role


@pytest.mark.parametrize(
    ("password", "flaw"),
    [
        ("short", "password_short"),
        ("x" * 129, "password_long"),
        ("Password123", "password_common"),
        ("qwertyuiop", "password_common"),
        ("aaaabbbb", "password_common"),
        ("lovelace-1815", "password_personal"),
    ],
)
def test_a_password_is_refused_for_one_clear_reason(password: str, flaw: str) -> None:
    reasons = password_flaws(password, common(), ["lovelace"])
    assert [reason.code for reason in reasons] == [flaw]


@pytest.mark.parametrize(
    "password", ["correct horse battery", "żółta łódź", "x1y2z3w4", "q" + "ab3 " * 31]
)
def test_any_other_password_of_eight_to_128_characters_is_fine(password: str) -> None:
    assert password_flaws(password, common(), ["lovelace"]) == []


def test_the_list_of_common_passwords_holds_a_thousand_that_are_long_enough() -> None:
    assert sum(len(word) >= 8 for word in common()) > 1000
    assert all(word == word.casefold() for word in common())


def test_two_spellings_of_one_address_are_one_account() -> None:
    assert email_key(" Ada@People.Example ") == email_key("ada@people.example")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ada\nLovelace", "Ada Lovelace"),
        (" Ada\t \u2028 Lovelace ", "Ada Lovelace"),
        ("Ada\x01\x1b\x7f\x85", "Ada"),
        ("\u202eecalevoL adA\u202c", "ecalevoL adA"),
        ("\u2067Ada\u2069 \ufffe\ufdd0\U0001ffff", "Ada"),
        ("Jose\u0301", "José"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("O\u2019Neill-Müller, 陈伟", "O\u2019Neill-Müller, 陈伟"),
        ("\u202e \n", ""),
    ],
)
def test_a_name_is_what_people_see_of_it(typed: str, kept: str) -> None:
    assert plain_name(typed) == kept
    assert plain_name(kept) == kept


@pytest.mark.parametrize(
    ("role", "limits", "flaws"),
    [
        ("organisation_manager", [], ["role_needs_organisation"]),
        ("partner", ["region"], ["role_needs_organisation"]),
        ("partner", ["organisation"], []),
        ("administrator", ["organisation"], ["role_without_organisation"]),
        ("auditor", ["programme"], ["role_without_programme"]),
        ("catalogue_manager", ["programme"], []),
        ("support_agent", ["region"], []),
        ("trainer", ["region"], ["role_without_region"]),
        ("trainer", [], []),
    ],
)
def test_a_role_takes_only_limits_that_hold(role: str, limits: list[str], flaws: list[str]) -> None:
    assert [reason.code for reason in limit_flaws(role, limits)] == flaws


def test_limits_name_roles_that_exist() -> None:
    assert {role for roles in LIMITS.values() for role in roles} <= set(Role)


def test_the_last_administrator_cannot_leave() -> None:
    assert [reason.code for reason in last_administrator([7], 7)] == ["last_administrator"]
    assert last_administrator([7, 8], 7) == []
