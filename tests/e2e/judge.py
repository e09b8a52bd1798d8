"""Compares the daemon's records with what happened: the transition log and every receiver against
the simulator's ground truth."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timezone


def parse_time(text):
    """Seconds since 1970 of an ISO 8601 stamp with up to seven fraction digits."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=timezone.utc)
    return moment.timestamp() + (float("0." + fraction) if fraction else 0.0)


@dataclass
class Change:
    """One true change of status."""

    action: str
    before: str | None
    after: str
    at: float


@dataclass
class Verdict:
    true: int = 0  # changes of status that happened
    required: int = 0  # of these, visible long enough that they must have been seen
    seen: int = 0  # transitions in the log
    missing: list = field(default_factory=list)
    doubled: list = field(default_factory=list)
    invented: list = field(default_factory=list)
    broken: list = field(default_factory=list)  # seq, order, signatures, payloads

    @property
    def problems(self):
        return (
            [f"missing: {p}" for p in self.missing]
            + [f"doubled: {p}" for p in self.doubled]
            + [f"invented: {p}" for p in self.invented]
            + self.broken
        )


def judge(truth, lines, receivers, visible_s, now):
    """truth: Change list in order; lines: the log's objects in file order; visible_s: how long a
    status must have been visible so that not seeing it is a fault."""
    verdict = Verdict(true=len(truth))
    _judge_sequence(lines, verdict)
    _judge_transitions(truth, lines, verdict, visible_s, now)
    for receiver in receivers:
        _judge_receiver(receiver, lines, verdict)
    return verdict


def _judge_sequence(lines, verdict):
    seqs = [line["seq"] for line in lines]
    if seqs != list(range(1, len(seqs) + 1)):
        gaps = [(a, b) for a, b in zip([0] + seqs, seqs) if b != a + 1]
        verdict.broken.append(f"seq does not run 1, 2, 3 …: {gaps[:5]}")
    for event_id, count in Counter(line["id"] for line in lines).items():
        if count > 1:
            verdict.doubled.append(f"event {event_id} stands {count} times in the log")
        if not event_id.startswith("ma_") or "." in event_id:
            verdict.broken.append(f"bad event id {event_id}")


def _judge_transitions(truth, lines, verdict, visible_s, now):
    happened = defaultdict(list)
    for change in truth:
        happened[change.action].append(change)
    recorded = defaultdict(list)
    for line in lines:
        if line["type"] == "action.transition":
            recorded[line["action"]["id"]].append(line)
            verdict.seen += 1
    for action in recorded.keys() - happened.keys():
        verdict.invented.append(f"{action}: no such action")
    for action, changes in happened.items():
        _judge_action(changes, recorded.get(action, []), verdict, visible_s, now)


def _judge_action(changes, lines, verdict, visible_s, now):
    """The recorded statuses must be a subsequence of the true ones that holds all required ones."""
    previous = None
    position = 0
    matched = set()
    for line in lines:
        if line["from"] != previous:
            verdict.broken.append(
                f"{line['action']['id']}: from {line['from']} after {previous} (seq {line['seq']})")
        previous = line["to"]
        ahead = [i for i in range(position, len(changes)) if changes[i].after == line["to"]]
        if ahead:
            matched.add(ahead[0])
            position = ahead[0] + 1
        elif any(c.after == line["to"] for c in changes):
            verdict.doubled.append(f"{line['action']['id']}: {line['to']} (seq {line['seq']})")
        else:
            verdict.invented.append(f"{line['action']['id']}: {line['to']} (seq {line['seq']})")
    for i, change in enumerate(changes):
        until = changes[i + 1].at if i + 1 < len(changes) else now
        if until - change.at > visible_s:
            verdict.required += 1
            if i not in matched:
                verdict.missing.append(
                    f"{change.action}: {change.before} -> {change.after},"
                    f" visible for {until - change.at:.1f} s")


def _judge_receiver(receiver, lines, verdict):
    verdict.broken.extend(receiver.problems())
    logged = {line["id"]: line for line in lines}
    accepted = receiver.accepted_ids()
    for event_id in logged.keys() - accepted:
        verdict.missing.append(f"{event_id} (seq {logged[event_id]['seq']}) at {receiver.name}")
    for event_id in accepted - logged.keys():
        verdict.invented.append(f"{event_id} at {receiver.name}")
    newest = {}
    for attempt in receiver.attempts:
        line = logged.get(attempt.id)
        if line is None or attempt.action_id is None:
            continue
        if attempt.seq is not None and attempt.seq != line["seq"]:
            verdict.broken.append(f"{attempt.id}: sequence {attempt.seq}, logged {line['seq']}")
        if line["seq"] < newest.get(attempt.action_id, 0):
            verdict.broken.append(
                f"{receiver.name}: seq {line['seq']} of {attempt.action_id}"
                f" came after seq {newest[attempt.action_id]}")
        newest[attempt.action_id] = max(line["seq"], newest.get(attempt.action_id, 0))


def is_old(line, since):
    """Whether a transition shows what was so before the daemon ran: it has an age and no lag."""
    return line["from"] is None and (
        line.get("backlog") is True or parse_time(line["time"]) < since)


def lags_ms(lines, since):
    """Detection lags, sorted, of the transitions that became visible while the daemon ran: after
    the moment `since`."""
    return sorted(
        line["lag_ms"] for line in lines
        if line["type"] == "action.transition" and line["lag_ms"] is not None
        and line.get("backlog") is not True and parse_time(line["time"]) >= since)


def age_text(seconds):
    """E.g. "7 h": whole units, of the largest that fits."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds / size)} {unit}"
    return f"{max(0, int(seconds))} s"
