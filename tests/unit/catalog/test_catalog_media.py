"""What no mask can read is granted by name, or not shown: a row of `mask` for it does not load."""

import pytest


@pytest.mark.requirement("media")
@pytest.mark.parametrize("kind", ["image", "audio", "blob"])
def test_a_mask_for_what_no_mask_can_read_does_not_load(house, kind):
    house.edit("scopes/support-refund.yaml", "mask:\n", f"mask:\n  {kind}: {{else: show}}\n")
    (problem,) = house.problems()
    assert f"no mask can read `{kind}`" in problem
    assert "`media`" in problem
