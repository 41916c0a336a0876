"""What can happen to people, organisations, roles and employments; one module per subject."""

from people.actions.employments import add_person, change_employment, employ, end_employment
from people.actions.organisations import (
    change_kind,
    correct_organisation,
    create_organisation,
    end_organisation,
    merge_organisations,
    move_organisation,
    rename_organisation,
    replace_contact,
)
from people.actions.persons import (
    change_person,
    close_account,
    confirm_address,
    correct_contact,
    know_address,
    open_account,
    register_person,
    scope_of,
    set_language,
    set_own_facts,
    set_theme,
)
from people.actions.providers import set_sign_in_provider
from people.actions.regions import (
    add_closed_period,
    change_region,
    create_region,
    end_participation,
    remove_closed_period,
    take_part,
)
from people.actions.roles import end_role, give_role
from people.actions.staged import confirm_import, discard_import, erase_old_imports, stage_import

__all__ = [
    "add_closed_period",
    "add_person",
    "change_employment",
    "change_kind",
    "change_person",
    "change_region",
    "close_account",
    "confirm_address",
    "confirm_import",
    "correct_contact",
    "correct_organisation",
    "create_organisation",
    "create_region",
    "discard_import",
    "employ",
    "end_employment",
    "end_organisation",
    "end_participation",
    "end_role",
    "erase_old_imports",
    "give_role",
    "know_address",
    "merge_organisations",
    "move_organisation",
    "open_account",
    "register_person",
    "remove_closed_period",
    "rename_organisation",
    "replace_contact",
    "scope_of",
    "set_language",
    "set_own_facts",
    "set_sign_in_provider",
    "set_theme",
    "stage_import",
    "take_part",
]
