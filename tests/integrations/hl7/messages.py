"""Messages as hospital systems send them, made from their parts: what a test does not say is usual."""

from __future__ import annotations

HEADER = "MSH|^~\\&|HIS|NAKHEEL|PX360|GROUP|{sent}||{kind}|{control}|{processing}|{version}||||||{charset}"
PID = (
    "PID|1||1001^^^NAKHEEL^MR~1010101010^^^MOI^NI||الحربي^محمد^سعد^^^^L~Alharbi^Mohammed^Saad^^^^L||19900425|M|||"
    "^^RIYADH||^PRN^CP^^966^50^1234567||ar" + "|" * 13 + "SAU"
)
PV1 = "PV1|1|{klass}|CARD^12^B^NAKHEEL||||5001^Alotaibi^Khalid||||||||||||{visit}"
EVN = "EVN|{trigger}|20261124113000||||{occurred}"


def message(
    kind: str = "ADT^A04",
    *segments: str,
    control: str = "C-1",
    version: str = "2.5",
    processing: str = "P",
    charset: str = "UNICODE UTF-8",
    sent: str = "20261124113100",
    occurred: str = "",
    klass: str = "O",
    visit: str = "V-1",
    pid: str = PID,
    end: str = "\r",
) -> str:
    """A message; for ADT with its EVN, PID and PV1, else with PID, PV1 and `segments`."""
    header = HEADER.format(
        sent=sent, kind=kind, control=control, processing=processing, version=version, charset=charset
    )
    lines = [header]
    if kind.startswith("ADT"):
        lines.append(EVN.format(trigger=kind[4:], occurred=occurred))
    lines += [pid, PV1.format(klass=klass, visit=visit), *segments]
    return end.join(line for line in lines if line) + end
