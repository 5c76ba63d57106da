"""A decision cannot be taken for yes or no: whoever asks must match on its type."""

import pytest

from broker.catalog.compiled import compile_grant
from broker.model.call import Call, Checked
from broker.model.decision import Ask, Deny, Permit, Reason
from tests.kit import NOW, scope, spec, task


@pytest.fixture
def checked():
    given = compile_grant(scope(), task(), NOW + 900, {"t.t": spec()})
    call = Call(id="c", grant=given, tool="t.t", arguments={})
    return Checked(call=call, tool=given.tools["t.t"], arguments={}, handles={}, digest="")


@pytest.mark.requirement("no-truth")
@pytest.mark.parametrize("kind", ["permit", "ask", "deny"])
def test_a_decision_has_no_truth_value(checked, kind):
    decision = {
        "permit": Permit(checked=checked, exposure={}, claims=()),
        "ask": Ask(checked=checked, question="may it?"),
        "deny": Deny(reason=Reason.UNKNOWN_TOOL),
    }[kind]
    with pytest.raises(TypeError, match="no truth value"):
        bool(decision)
    with pytest.raises(TypeError, match="no truth value"):
        _ = not decision
