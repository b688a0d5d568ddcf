# SPDX-License-Identifier: EUPL-1.2
"""The steps of deploy/up and deploy/down, in order. Each step finds out what is there and does what is missing."""

import shlex
import signal
import subprocess
import sys
import threading

from . import accounts, config, daemons, health, one, process, registry, supervise, workers
from .cluster import Cluster
from .errors import Trouble
from .lock import only_one
from .place import NODES, ORGANISATIONS, SOURCE, former_port_bases, port_base_of, remember_port_base
from .say import line, step

TOO_MANY_STARTS = 4


def cluster_of(place):
    return Cluster(place.dir, place.run, place.log("postgres"))


def up(place, command, with_demo):
    """Brings everything up. `command` are the words that start the supervisor of this place."""
    place.prepare()
    with only_one(place):
        supervisor = supervise.spec(place, command)
        was_running = process.running_pid(supervisor) is not None
        one.forget_marks(place)
        try:
            if was_running:
                troubled = refresh(place, supervisor)
            else:
                start(place)
                troubled = wait_for_daemons(place, supervisor)
            if troubled:  # nothing can be written there; the others go on, and an operator needs this one running
                for remark in troubled:
                    line(f"  {remark}")
            else:
                fill(place, with_demo)
        except KeyboardInterrupt:
            if not was_running:
                stop_everything(place)
            raise


def refresh(place, supervisor):
    """Of a running system: starts what is missing, and again what is older than its program or configuration. Returns
    lines on who waits for an operator."""
    line("  it is running already: starting what is missing")
    check_same_ports(place)
    cluster = cluster_of(place)
    for remark in (*config.write_configs(place, cluster), *absent(place)):
        line(f"    {remark}")
    cluster.wait(supervised=True)
    config.make_databases(place, cluster)
    names = registry.members(place)
    watch = watcher(place, supervisor)
    if process.is_outdated(supervisor, supervise.PROGRAM_FILES):
        process.stop(supervisor)
        process.launch(supervisor)
    outdated = [spec for spec in daemons.outdated(place) if spec.name in names]
    if outdated:
        with step(f"restarted: {', '.join(spec.name for spec in outdated)}") as note:
            note("their program, configuration or definitions were newer than the processes")
            process.end_all(outdated)
            return health.wait_ready(place, names, watch=watch)
    return health.wait_ready(place, names, watch=watch)


def absent(place):
    """A line for each node that the partners have taken out of the registry."""
    return [f"{name} is not in the registry: it is not started, and not waited for" for name in registry.strangers(place)]


def check_same_ports(place):
    running = port_base_of(place.dir, None)
    if running != place.port_base:
        raise Trouble(f"it is running with --port-base {running}: stop it with deploy/down first")


def start(place):
    cluster = cluster_of(place)
    if not any(process.running_pid(spec) for spec in daemons.specs(place)):
        health.check_ports_free(place.ports())
    if not cluster.exists():
        with step("database cluster made") as note:
            forget_former_life(place)
            remark = cluster.create()
            if remark:
                note(remark)
    with step("keys and registry") as note:
        for remark in (*write_files(place, cluster), *absent(place)):
            note(remark)
        process.stop_all(daemons.outdated(place))  # left by a supervisor that was killed
    with step("database started"):
        cluster.start()
        config.make_databases(place, cluster)


def write_files(place, cluster):
    """Keys, registry and settings: what is missing, and what has to move with the ports. What somebody else changed
    stays. Killed anywhere, it does the rest next time. Returns lines on what should change and was not."""
    config.check_configs(place, cluster)
    remember_port_base(place, former_port_bases(place))
    registry.make(place)
    remarks = config.write_configs(place, cluster)
    remember_port_base(place)
    return remarks


def forget_former_life(place):
    """A new cluster knows no token and no data that an earlier one did."""
    place.env.unlink(missing_ok=True)
    for name in ("setup.done", "demo.loaded"):
        place.marker(name).unlink(missing_ok=True)


def watcher(place, supervisor):
    """A function that raises when waiting has become pointless: the supervisor or a daemon does not stay alive."""
    log = supervisor.log_file
    begin = log.stat().st_size if log.exists() else 0

    def watch():
        if process.running_pid(supervisor) is None:
            raise Trouble("the supervisor ended:\n" + "\n".join(process.tail(log)))
        with open(log, "rb") as file:
            file.seek(begin)
            starts = file.read().decode(errors="replace").split()
        for name in NODES:
            if starts.count(name) >= TOO_MANY_STARTS:
                raise Trouble(f"{name} does not stay alive:\n" + "\n".join(process.tail(place.log(name))))

    return watch


def wait_for_daemons(place, supervisor):
    """Starts the supervisor and waits; what cannot be brought up is stopped again, with the reason. Returns lines on who
    waits for an operator."""
    watch, names = watcher(place, supervisor), registry.members(place)
    try:
        with step("seven daemons ready" if len(names) == len(NODES) else f"ready: {', '.join(names)}"):
            process.launch(supervisor)
            return health.wait_ready(place, names, watch=watch)
    except Trouble:
        stop_everything(place)
        raise


def fill(place, with_demo):
    organisations, out = workers.load(), registry.strangers(place)
    with step("accounts"):
        values = accounts.make_accounts(place, cluster_of(place), out)
        if not {"kommune", "reporting"} & set(out):
            accounts.renew_statement(place)
    if not place.marker("setup.done").exists():
        with step("workers and groups") as note:
            for name in set(organisations) & set(out):
                note(f"none for {name}, which is not in the registry")
                del organisations[name]
            workers.put_workers(place, values, organisations)
        place.marker("setup.done").touch()
    loader = SOURCE / "deploy" / "demo" / "load.py"
    if not with_demo or not loader.exists() or place.marker("demo.loaded").exists():
        return
    if out:
        line("  no demonstration data: that needs every node in the registry")
        return
    line("  … demonstration data, through the public API")
    done = subprocess.run(["/usr/bin/python3", str(loader), "--env", str(place.env)], check=False)
    if done.returncode != 0:
        raise Trouble("the demonstration data could not be loaded; everything else is running")
    place.marker("demo.loaded").touch()


def stay(place, supervisor):
    """In the foreground until Ctrl-C, SIGTERM or the end of the terminal, then everything is stopped."""
    enough = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: enough.set())
    farewell(place, detached=False)
    while not enough.wait(0.5):
        if process.running_pid(supervisor) is None:
            line("  stopped from elsewhere")
            return
    line()
    down(place)


def down(place):
    """Stops supervisor, daemons and PostgreSQL. Everything stored stays."""
    if not place.run.exists():
        line(f"  nothing has been started in {place.dir}")
        return
    with only_one(place), step("stopped") as note:
        if not stop_everything(place):
            note("a daemon had to be killed; see its log")


def stop_everything(place):
    """False when a daemon had to be killed."""
    process.stop(supervise.spec(place, ()))
    willingly = process.stop_all(daemons.specs(place))
    cluster = cluster_of(place)
    if cluster.exists():
        cluster.stop()
    return willingly


def farewell(place, detached):
    """What to open and try."""
    url = place.url("reden")
    line()
    for name in sorted({*ORGANISATIONS, "reporting"} & set(registry.members(place)), key=list(NODES).index):
        line(f"  {name:<10} {place.url(name)}/")
    line(f"""
  Addresses and tokens are in {place.env}. Try:

    . {shlex.quote(str(place.env))}
    curl -s {url}/readyz
    curl -s -X POST {url}/api/v1/referrals -H "Authorization: Bearer $UDVEJ_REDEN_TOKEN" \\
         -H "Content-Type: application/json" -H "Idempotency-Key: first-try" -H "Prefer: wait=5" \\
         -d '{{"programme": "reden-1-1", "aim": "exit", "citizen": {{"gender": "woman", "birthYear": 1990,
              "municipality": "0101", "languages": ["da"], "setting": "street"}}}}'
    curl -s {url}/api/v1/courses -H "Authorization: Bearer $UDVEJ_REDEN_STAFF_TOKEN"
    curl -s "{place.url('reporting')}/api/v1/reports/status" -H "Authorization: Bearer $UDVEJ_REPORTING_TOKEN"
""")
    here = "" if str(place.dir) == str(SOURCE / "var") else f" --dir {shlex.quote(str(place.dir))}"
    line(f"  Stop it with: deploy/down{here}" if detached else "  Stop it with Ctrl-C.")
    line()
    sys.stdout.flush()
