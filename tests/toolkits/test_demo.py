"""TK-06, A.24, EP-07: the documents the webinar names are there, with their links."""

from __future__ import annotations

from config.demo.toolkits import found_toolkits
from portal.toolkits.models import Entry
from portal.toolkits.selectors import find_entries
from tests.world import World

_DOCUMENTS = {
    "Storefront Toolkit": "downloads/Storefront_Toolkit.pdf",
    "Daily Summary Email Notices Description Guide": (
        "pdfs/Daily_Summary_Email_Notices_Description_Guide.pdf"
    ),
    "Enroller Portal Overview Quick Guide": "downloads/Enroller_Portal_Overview_Quick_Guide.pdf",
    "Single Streamlined Application Job Aid for Enrollers": (
        "downloads/Single_Streamlined_Application_Job_Aid.pdf"
    ),
    "Remote Identity Proofing (RIDP) Quick Guide": "downloads/Remote_Identity_Proofing_Guide.pdf",
    "Identity Acceptable Documents Quick Guide": (
        "pdfs/Verifying_Identity_Acceptable_Documents_to_Upload_Guide.pdf"
    ),
    "Enrollment Dashboard for Enrollers Task Guide": "downloads/Enrollment_Dashboard_Guide.pdf",
    "Plan Selection and Benefits for Certified Enrollers Task Guide": (
        "downloads/Covered_California_Plan_Selection_Guide.pdf"
    ),
}


def test_tk_06_every_document_is_there_with_its_link_and_a_second_run_adds_nothing(
    world: World,
) -> None:
    assert found_toolkits(actor=world.system)
    assert found_toolkits(actor=world.system) == []
    agent = world.actor("agent")
    found = {
        entry.current.title: entry.current
        for entry in Entry.objects.visible_to(agent).select_related("current")
        if entry.current
    }
    for title, path in _DOCUMENTS.items():
        assert found[title].link == f"https://hbex.coveredca.com/toolkit/{path}"
        assert str(found[title].as_of) == "2025-10-10"
        assert len(found[title].text.split("\n")) >= 3
    soon = [title for title, version in found.items() if version.is_coming_soon]
    assert soon == ["OE and Renewal Toolkit Updates"]


def test_the_demonstrations_entries_answer_what_enrollers_ask(world: World) -> None:
    found_toolkits(actor=world.system)
    agent, counselor = world.actor("agent"), world.actor("cec")

    def first(actor: object, text: str) -> str:
        entry = find_entries(actor=actor, text=text).first()  # type: ignore[arg-type]
        return entry.key if entry else ""

    assert first(agent, "uploading identity documents") == (
        "identity-acceptable-documents-quick-guide"
    )
    assert first(agent, "plan that would cost least") == "checklist-for-the-first-renewal-call"
    assert first(agent, "storefronts") == "storefront-toolkit"
    assert first(agent, "seguro social") == ""
    assert first(counselor, "seguro social") == "documentos-de-identidad"
