"""The coder: a server that nobody here wrote, commit messages that nobody here trusts, and nothing that is changed."""

from __future__ import annotations

from broker.demo.acts import Acts
from broker.demo.agent import connected
from broker.demo.coder_steps import STORY
from broker.demo.events import Told
from broker.demo.findings import Approved, Sighted, Unchanged, Untrusted
from broker.demo.jobs import CODER, Play
from broker.demo.workshop import NEEDED, SOURCE, Workshop


async def play(acts: Acts, workshop: Workshop) -> None:
    """From the first sight of the server to the repository that is as it was."""
    acts.tell(Told(play=Play.CODER, title="somebody else's MCP server, and a commit message that gives orders"))
    approval(acts, workshop)
    before = await workshop.repository.state()
    async with acts.stage.serving() as url:
        (granted,) = await acts.granted(CODER)  # while the MCP server starts
        task, token = acts.opened(CODER, granted)
        async with connected(url, token, {}) as agent:
            for chapter in STORY:
                await acts.chapter(agent, chapter)
            await recorded(acts, task)
        acts.search("every address of who wrote and who owns the code", workshop.repository.addresses, agent.received)
    same = await workshop.repository.state() == before
    acts.tell(Unchanged(same=same))
    if not same:
        acts.wrong.append("the repository is not as it was")


def approval(acts: Acts, workshop: Workshop) -> None:
    """What the admin did before: nothing of the server existed until somebody had looked at it."""
    entries = workshop.sighted["entries"]
    new = tuple(entry["name"] for entry in entries if entry["is"] == "new")
    acts.tell(Sighted(source=SOURCE, server=workshop.server, new=new, listed=len(entries)))
    approved = tuple(workshop.approved["approved"])
    acts.tell(Approved(source=SOURCE, names=approved, files=workshop.sighted["runs"]["files"]))
    if len(new) != len(entries) or set(approved) != set(NEEDED):
        acts.wrong.append(f"of {len(entries)} tools {len(new)} were new, and {approved} were approved")


async def recorded(acts: Acts, task: str) -> None:
    """What the broker keeps of what this task was shown."""
    shown = (await acts.stage.command("task", "show", task))["shown"]
    acts.tell(Untrusted(untrusted=shown["untrusted"], classes=tuple(shown["classes"])))
    if not shown["untrusted"]:
        acts.wrong.append("the record says that nothing of a stranger was read")
