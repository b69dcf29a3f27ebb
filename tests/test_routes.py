"""Every route × every role. A route that is not in the table fails; the table is the policy."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from lms.permissions import PERMISSIONS, PUBLIC, SIGNED_IN, TOKEN, Role, permission_of
from tests.conftest import FULL, ON_POSTGRES
from tests.factories import Factory

POLICY = {
    PUBLIC: """static health.healthz health.readyz home.start
        accounts.sign_in accounts.ask_reset accounts.reset accounts.accept accounts.preferences
        accounts.save_preferences
        catalog.index catalog.programme catalog.course
        scheduling.index scheduling.enrol_page scheduling.calendar_file
        awards.schemes awards.scheme
        certificates.verify_file certificates.verify_form certificates.verify
        certificates.verify_json certificates.document
        certificates.art certificates.credential certificates.token
        certificates.achievement
        keys.did_document keys.jwks keys.jwk keys.authority keys.crl keys.one_certificate
        keys.one_crl credentials.revocations credentials.suspensions credentials.trust_bundle
        directory.plans directory.contacts delivery.browser_file
        certificates.card_image api.description api.verify_certificate api.certificate_status""",
    "token:certificates.read": "api.list_certificates",
    "token:checks.run": "api.make_check api.get_check api.get_check_result",
    SIGNED_IN: """home.me accounts.sign_out accounts.profile accounts.change_password
        accounts.end_one accounts.end_others competency.own_map competency.ask
        scheduling.enrol scheduling.ask_cancel scheduling.cancel scheduling.switch scheduling.leave
        scheduling.change_wish scheduling.start_course scheduling.give_course_up
        accounts.api_tokens accounts.end_token home.certificate home.consent
        cutscores.panels cutscores.panel cutscores.rate cutscores.tolerate cutscores.picture
        delivery.index delivery.exam delivery.start delivery.begun delivery.book delivery.cancel
        delivery.browser_keys delivery.prove_browser delivery.leave_browser
        attempts.page attempts.review attempts.answers attempts.state attempts.submit
        attempts.rest attempts.go_on attempts.picture
        scoring.result scoring.result_document scoring.appeal scoring.withdraw
        assessments.own assessments.work assessments.own_file
        scoring.appeal_result scoring.withdraw_result_appeal""",
    "manage.see": "home.manage",
    "people.see": "accounts.people accounts.person",
    "people.edit": """accounts.new_person accounts.add_membership accounts.end_membership
        accounts.invite_again scheduling.enrol_colleague
        scheduling.group scheduling.enrol_together
        scheduling.waiting_group scheduling.split_group scheduling.give_group_up""",
    "people.import": """accounts.imports accounts.import_page accounts.run_import
        accounts.import_sample
        accounts.import_errors accounts.undo_preview accounts.undo_import""",
    "roles.grant": """accounts.grant_role accounts.end_role accounts.account_state
        accounts.end_all_sign_ins""",
    "organisations.see": "accounts.organisations accounts.organisation",
    "organisations.edit": "accounts.new_organisation accounts.save_organisation",
    "audit.see": "operations.audit_log",
    "reports.see": """training.index training.figures_file training.people
        training.people_file""",
    "jobs.see": "operations.job_list operations.show_styleguide",
    "catalog.see_drafts": "catalog.manage catalog.manage_course",
    "catalog.edit": """catalog.new_programme catalog.new_course catalog.start_draft
        catalog.discard catalog.ask_discard catalog.edit catalog.save catalog.preview
        catalog.publish""",
    "competency.see": "competency.map_of_person competency.validations",
    "competency.validate": "competency.decide competency.observe",
    "exams.see_results": """exams.index exams.results assessments.record
        assessments.file""",
    "exams.record_result": """exams.record exams.correct
        assessments.begin assessments.sheet assessments.note assessments.discard
        assessments.correct""",
    "exams.mark": "scoring.marking scoring.mark",
    "exams.appeals": """scoring.appeals scoring.answer scoring.mark_again scoring.follow
        scoring.answer_assessed""",
    "exams.configure": """rubrics.start rubrics.edit rubrics.save rubrics.publish rubrics.discard
        assessments.end_sitting
        exam_plan.slots exam_plan.plan exam_plan.change_slot
        exam_plan.run_slot_change
        scoring.dispose scoring.run scoring.drop scoring.preview_anew scoring.settle
        scoring.propose_voiding scoring.confirm_voiding scoring.drop_voiding
        scoring.propose_reinstatement scoring.confirm_reinstatement
        scoring.drop_reinstatement""",
    "items.see": """items.index items.item items.export items.export_qti items.picture
        items.pictures
        statistics.index statistics.item statistics.pairs statistics.export
        papers.index papers.exam papers.form_list papers.form papers.cut_scores
        papers.show_blueprint exams.policy rubrics.show rubrics.version""",
    "exams.deliver": """proctor.index proctor.console proctor.state proctor.extend_all
        proctor.confirm proctor.candidate proctor.extend proctor.pause proctor.resume
        proctor.report""",
    "exams.adjust": "exam_plan.adjustment exam_plan.grant exam_plan.withdraw",
    "items.edit": """items.move items.move_many items.review_move items.move_matching
        items.add_note items.change_enemy
        items.start_draft items.import_page items.preview items.apply
        items.new_page items.create items.edit items.save
        items.add_picture items.delete_picture
        statistics.ask""",
    "certification.see": """awards.manage awards.manage_scheme awards.award designs.index
        designs.design designs.picture designs.document designs.image
        cutscores.index cutscores.study cutscores.document
        scoring.attempts scoring.record scoring.dispositions scoring.disposition
        scoring.changes_file scoring.voiding""",
    "certification.edit": """awards.start_draft awards.edit_draft awards.preview
        certificates.supersede designs.create designs.choose designs.add_image
        designs.start_draft designs.edit designs.save designs.preview designs.review
        designs.publish designs.discard
        papers.assemble papers.move_form papers.decide_cut papers.start_blueprint
        papers.edit_blueprint papers.save_blueprint papers.publish_blueprint exams.save_policy
        exams.preview_policy
        cutscores.create cutscores.call cutscores.dismiss cutscores.open_round
        cutscores.close_round cutscores.group cutscores.close cutscores.drop cutscores.decide""",
    "certification.revoke": """awards.revoke award_life.suspend award_life.lift
        bulk.index bulk.show bulk.run bulk.pause bulk.resume bulk.cancel bulk.recall bulk.report""",
    "partner.see": "partner.index partner.staff partner.staff_file",
    "partner.check": "partner.checks partner.check partner.check_result partner.check_receipt",
    "partner.edit": """partner.news partner.subscribe_mail partner.subscribe_webhook
        partner.subscription partner.unsubscribe partner.access partner.end_token""",
}
ENDPOINTS = {name: permission for permission, names in POLICY.items() for name in names.split()}
SAMPLES: dict[str, Any] = {
    "act_id": 1,
    "attempt": "nothing",
    "booking_id": 1,
    "slot_id": 1,
    "kid": "k-2026-11",
    "list_id": 1,
    "version": 1,
    "filename": "icons.svg",
    "token": "nothing",
    "programme": "adm",
    "course": "adm-101",
    "code": "ADM-101",
    "public_id": "0",
    "grant_id": 1,
    "membership_id": 1,
    "account_id": 1,
    "import_id": 1,
    "sign_in_id": 999,
    "validation_id": 1,
    "result_id": 1,
    "award_id": 1,
    "enrolment_id": 1,
    "seat_id": 1,
    "what": "dates",
    "token_id": 1,
    "check_id": "0",
    "answer": "maybe",
    "subscription_id": "0",
    "organisation": "acme",
    "person": "0",
    "number": 1,
    "item_id": 1,
    "picture_id": 1,
    "sha256": "0" * 64,
    "scheme": "CA",
    "completion_id": 1,
    "version_id": 1,
    "table": "items",
    "study_id": 1,
    "judge_id": 1,
    "form_code": "A",
    "attempt_id": 1,
    "attempt_code": "nothing",
    "position": 1,
    "appeal_id": 1,
    "disposition_id": 1,
    "draft_id": 1,
    "work_id": 1,
    "sitting_id": 1,
    "change_id": 1,
    "voiding_id": 1,
    "reinstatement_id": 1,
    "item": "ADM-Q1",
    "figure": "seats",
}
VISITOR, LEARNER, ADMIN = "visitor", "learner", Role.ADMINISTRATOR.value
ACTORS = [VISITOR, LEARNER, *[role.value for role in Role]]


def test_every_route_is_in_the_table_with_its_permission(app: Flask) -> None:
    found = {
        rule.endpoint: permission_of(app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
    }
    scheduling = {
        name: permission
        for name, permission in found.items()
        if name.startswith("scheduling.")
        and permission
        in (
            "sessions.see_all",
            "sessions.edit",
            "teach.see",
            "teach.record",
            "people.edit",
        )
    }
    assert {**ENDPOINTS, **scheduling} == found


def may(actor: str, permission: str) -> bool:
    """What the table of permissions says, spelled out once more on purpose."""
    if permission == PUBLIC:
        return True
    if permission.startswith(TOKEN) or actor == VISITOR:
        return False
    return permission == SIGNED_IN or (actor != LEARNER and Role(actor) in PERMISSIONS[permission])


@pytest.fixture
def cast(app: Flask, make: Factory) -> dict[str, FlaskClient]:
    """A browser for each role."""
    app.config["WTF_CSRF_ENABLED"] = False
    clients = {VISITOR: app.test_client()}
    clients[LEARNER] = make.sign_in(app.test_client(), make.person("Lea Learner"))
    for role in Role:
        person = make.person(f"{role.value.title()} Person", role)
        clients[role.value] = make.sign_in(app.test_client(), person)
    return clients


def address(rule: Rule, app: Flask) -> str:
    """The rule with sample values; objects that do not exist are a 404 behind the gate."""
    with app.test_request_context():
        return app.url_map.bind("academy.test").build(
            rule.endpoint,
            {name: SAMPLES[name] for name in rule.arguments},
            method=next(iter(sorted(rule.methods or {"GET"} - {"OPTIONS", "HEAD"}))),
        )


def verdict_of(status: int, location: str) -> str:
    """What the gate did, whatever the view then found."""
    if status == 303 and "/sign-in" in location:
        return "sign in first"
    if status == 401:
        return "needs a token"
    return "forbidden" if status == 403 else "passed"


@pytest.mark.thorough
def test_every_role_at_every_route(app: Flask, cast: dict[str, FlaskClient], make: Factory) -> None:
    """On PostgreSQL an ordinary run sends who may do most: the gate asks nothing of a database."""
    make.course(make.programme())
    senders = cast if FULL or not ON_POSTGRES else {role: cast[role] for role in (VISITOR, ADMIN)}
    wrong = []
    for rule in app.url_map.iter_rules():
        permission = permission_of(app.view_functions[rule.endpoint])
        if rule.endpoint in ("accounts.sign_out", "accounts.end_others"):
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            for actor, client in senders.items():
                answer = client.open(address(rule, app), method=method)
                found = verdict_of(answer.status_code, answer.headers.get("Location", ""))
                refused = "sign in first" if actor == VISITOR else "forbidden"
                if permission.startswith(TOKEN):
                    refused = "needs a token"
                wanted = "passed" if may(actor, permission) else refused
                if found != wanted or (answer.status_code >= 500 and rule.rule != "/readyz"):
                    wrong.append((rule.rule, method, actor, answer.status_code, wanted))
    assert wrong == []


def test_every_address_for_forms_alone_leads_every_role_to_a_page(
    app: Flask, cast: dict[str, FlaskClient], make: Factory
) -> None:
    """The gate of that page is the one that counts, and no id or code is looked up on the way."""
    make.course(make.programme())
    readable = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    adapter, wrong = app.url_map.bind("academy.test"), []
    for rule in app.url_map.iter_rules():
        if rule.rule in readable or rule.endpoint == "api.make_check":
            continue
        start = address(rule, app)
        for actor, client in cast.items():
            answer = client.get(start)
            target = answer.headers.get("Location", "")
            page = adapter.match(target, method="GET", return_rule=True)[0] if target else None
            if answer.status_code != 303 or page is None or not start.startswith(target):
                wrong.append((rule.rule, actor, answer.status_code, target))
            elif not rule.rule.startswith(page.rule):
                wrong.append((rule.rule, actor, page.rule, target))
    assert wrong == []


def test_a_wrong_method_is_a_405_that_names_the_right_one(client: FlaskClient) -> None:
    answer = client.delete("/catalog")
    assert answer.status_code in (400, 405)
    assert client.put("/sign-out").status_code in (400, 405)


def test_an_organisation_manager_does_not_find_another_organisations_people(
    app: Flask, make: Factory
) -> None:
    own, other = make.organisation("own"), make.organisation("other")
    manager = make.person("Mara", Role.ORGANISATION_MANAGER, organisation=own, limit=own)
    colleague = make.person("Cora", organisation=own)
    outsider = make.person("Otto", organisation=other)
    client = make.sign_in(app.test_client(), manager)
    assert client.get(f"/manage/people/{colleague.public_id}").status_code == 200
    assert client.get(f"/manage/people/{outsider.public_id}").status_code == 404
    page = client.get("/manage/people").text
    assert "Cora" in page
    assert "Otto" not in page


def test_a_partner_sees_the_own_staff_only(app: Flask, make: Factory) -> None:
    own = make.organisation("own", is_partner=True)
    partner = make.person("Pia", Role.PARTNER, organisation=own, limit=own)
    make.person("Otto", organisation=make.organisation("other"))
    page = make.sign_in(app.test_client(), partner).get("/partner")
    assert page.status_code == 200
    assert "Otto" not in page.text


def test_a_manager_of_one_programme_does_not_find_another_one(app: Flask, make: Factory) -> None:
    course = make.course(make.programme("ADM"))
    make.course(make.programme("DEV"), "DEV-101")
    manager = make.person("Cat", Role.CATALOGUE_MANAGER, programme_code="DEV")
    client = make.sign_in(app.test_client(), manager)
    assert client.get("/manage/catalog/courses/DEV-101").status_code == 200
    assert client.get(f"/manage/catalog/courses/{course.code}").status_code == 404
    assert client.get("/manage/catalog/programmes/ADM/courses/new").status_code == 404


def test_a_trainer_does_not_find_a_colleagues_roster(app: Flask, make: Factory) -> None:
    trainer = make.person("Tia", Role.TRAINER)
    colleague = make.person("Tom", Role.TRAINER)
    session = make.class_session(make.course(make.programme()), trainer)
    assert make.sign_in(app.test_client(), trainer).get(f"/teach/{session.code}").status_code == 200
    assert (
        make.sign_in(app.test_client(), colleague).get(f"/teach/{session.code}").status_code == 404
    )


def test_a_sign_in_ends_on_the_server(app: Flask, make: Factory) -> None:
    client = make.sign_in(app.test_client(), make.person("Ada"))
    assert client.get("/me").status_code == 200
    page = client.get("/account").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/sign-out", data={"csrf_token": token})
    assert client.get("/me").status_code == 303
