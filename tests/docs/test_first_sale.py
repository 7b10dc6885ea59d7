"""README's first sale, pasted block by block into one shell."""

import os
import re
from pathlib import Path

from tests.docs.documents import ROOT, blocks_of, run_as_pasted
from tests.servers import RunningServer, Tenant

README = ROOT / "README.md"
_MARK = "\necho '<>'\n"


def test_the_first_sale_works_as_pasted(server: RunningServer, alice: Tenant, tmp_path: Path) -> None:
    event_id, (sku, _) = alice.event({"price": 25, "stock": 150}, {"price": 12.5})
    fill_in, *blocks = _first_sale_blocks()
    mine = {"URL": server.url, "API_USER": alice.user_id, "API_KEY": alice.key}
    assert re.findall(r"^(\w+)=", fill_in, re.MULTILINE) == list(mine)
    filled = "\n".join(f"{name}={value}" for name, value in mine.items())
    printed = run_as_pasted(_MARK.join((filled, *blocks)), {"PATH": os.environ["PATH"]}, tmp_path)
    _, shown_sku, sold, scans, shown = printed.split("<>\n")
    assert shown_sku.strip() == sku
    assert sold.startswith('{"status":"success"')
    assert sold.count('"encrypted_data"') == 2
    assert scans.count('"status":"success"') == 1
    assert f'"event_id":{event_id}' in scans
    assert '"reason":"already_used"' in scans
    assert shown == sold.strip()
    assert alice.stock(sku) == 148


def _first_sale_blocks() -> list[str]:
    text = README.read_text("utf-8")
    section = text[text.index("## A first sale in curl") : text.index("## Run it for real")]
    return [block for block in blocks_of(README, "sh") if block in section]
