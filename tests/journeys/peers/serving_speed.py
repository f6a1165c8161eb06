"""`millctl serve` beside `mlflow models serve`: the same model, the same request, the same client.

    python3 -m venv speed && speed/bin/pip install --requirement requirements-speed.txt
    speed/bin/python serving_speed.py MILLCTL [--csv FILE --target COLUMN] [--seconds 5] [--connections 32] [--workers 1]

A model is trained on the file (the wine sample, if none is named), exported as ONNX and logged as MLflow's ONNX flavour. Each server
then answers requests of one row in MLflow's scoring protocol for some seconds, over connections that each wait for their answer.
One line of JSON on stdout has requests a second, the latencies and how many times faster Millrace is; what happens goes to stderr.
Build `millctl` with --release, and let nothing else run beside.
"""

import argparse
import contextlib
import csv
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import Request, urlopen

SAMPLE = Path(__file__).parents[3] / "assets" / "samples" / "wine.csv"
# MLflow imports half of Python's science before it answers.
SLOWEST_START_SECS = 120
WARM_UP_SECS = 1


def say(text):
    print(text, file=sys.stderr)


def export(millctl, source, target, folder):
    """Trains and registers a model; gives its exported package and its project."""
    project = folder / "speed.millrace"

    def ask(*words):
        answer = subprocess.run([millctl, "--json", "-p", project, *words], check=True, stdout=subprocess.PIPE).stdout
        return json.loads(answer)

    subprocess.run([millctl, "new", project], check=True, stdout=sys.stderr)
    data = ask("data", "add", source)["dataset"]
    train = ("train", "--data", data, "--target", target, "--device", "cpu", "--epochs", "20", "--seed", "5")
    run = ask(*train, "--set", "hidden=128,128")["run"]
    ask("models", "register", run, "--name", "speed")
    package = folder / "package"
    ask("models", "export", "speed", package)
    return package, project


def request_of(package, source):
    """The first whole row of the file as `inputs`: a `[1, 1]` tensor a column, which both servers take."""
    signature = json.loads((package / "signature.json").read_text())
    columns = signature["inputs"]
    with open(source, newline="") as file:
        row = next(row for row in csv.DictReader(file) if all(row[column["name"]] for column in columns))

    def value(column):
        return row[column["name"]] if column["type"] == "text" else float(row[column["name"]])

    return {"inputs": {column["name"]: [[value(column)]] for column in columns}}


@contextlib.contextmanager
def running(command, **options):
    server = subprocess.Popen(command, start_new_session=True, **options)
    try:
        yield server
    finally:
        # With what it started itself.
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


@contextlib.contextmanager
def millrace(millctl, project):
    command = [millctl, "--json", "-p", project, "serve", "speed", "--port", "0"]
    with running(command, stdout=subprocess.PIPE) as server:
        ready = json.loads(server.stdout.readline())
        yield ready["url"], ready["key"]


@contextlib.contextmanager
def mlflow(package, folder, workers):
    import mlflow.onnx
    import onnx

    saved = folder / "mlflow"
    mlflow.onnx.save_model(onnx.load(package / "model.onnx"), saved)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", saved, "--env-manager", "local"]
    # MLflow starts uvicorn by its name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    with running(
        [*command, "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PATH": path, "MLFLOW_TRACKING_URI": (folder / "runs").as_uri()},
    ) as server:
        until = time.monotonic() + SLOWEST_START_SECS
        while not is_up(url):
            assert server.poll() is None, "mlflow models serve ended"
            assert time.monotonic() < until, "mlflow models serve does not start"
            time.sleep(0.2)
        yield url, "none"


def is_up(url):
    try:
        return urlopen(f"{url}/ping", timeout=5).status == 200
    except OSError:
        return False


def label(url, key, body):
    """What a server predicts for the one row."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    answer = json.load(urlopen(Request(f"{url}/invocations", json.dumps(body).encode(), headers), timeout=60))
    predictions = answer["predictions"]
    if isinstance(predictions, dict):
        predictions = predictions.get("label", predictions.get("prediction"))
    while isinstance(predictions, list):
        predictions = predictions[0]
    return predictions


class Connection:
    """One kept-alive connection that asks again as soon as it is answered."""

    def __init__(self, address, request):
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request
        self.received = b""
        self.sent = 0.0

    def ask(self):
        self.received = b""
        self.sent = time.perf_counter()
        self.socket.sendall(self.request)

    def is_answered(self):
        """Takes what has arrived; true once the answer is whole."""
        arrived = self.socket.recv(65_536)
        assert arrived, "the server closed a connection"
        self.received += arrived
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return False
        assert head.startswith(b"HTTP/1.1 200"), self.received.decode()
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        return len(body) >= int(length)


def load(url, key, body, options):
    """Requests a second and latencies, with every connection busy."""
    host = url.removeprefix("http://")
    name, port = host.rsplit(":", 1)
    content = json.dumps(body).encode()
    head = (
        f"POST /invocations HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    selector = selectors.DefaultSelector()
    for _ in range(options.connections):
        connection = Connection((name, int(port)), head.encode() + content)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask()
    start = time.perf_counter() + WARM_UP_SECS
    end = start + options.seconds
    latencies = []
    while (now := time.perf_counter()) < end:
        for ready, _ in selector.select(timeout=1):
            connection = ready.data
            if connection.is_answered():
                if now >= start:
                    latencies.append(time.perf_counter() - connection.sent)
                connection.ask()
    for ready in list(selector.get_map().values()):
        ready.fileobj.close()
    latencies.sort()
    assert latencies, "no request was answered"
    return {
        "rate": round(len(latencies) / options.seconds, 1),
        "p50_millis": round(latencies[len(latencies) // 2] * 1e3, 3),
        "p99_millis": round(latencies[len(latencies) * 99 // 100] * 1e3, 3),
    }


def main(options):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        package, project = export(options.millctl, options.csv, options.target, folder)
        body = request_of(package, options.csv)
        figures, labels = {}, {}
        for server, started in (
            ("millrace", lambda: millrace(options.millctl, project)),
            ("mlflow", lambda: mlflow(package, folder, options.workers)),
        ):
            say(f"Measuring {server}")
            with started() as (url, key):
                labels[server] = label(url, key, body)
                figures[server] = load(url, key, body, options)
    assert labels["millrace"] == labels["mlflow"], f"the servers do not predict the same: {labels}"
    measured = {"connections": options.connections, "seconds": options.seconds, "workers": options.workers}
    return measured | figures | {"ratio": round(figures["millrace"]["rate"] / figures["mlflow"]["rate"], 1)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("millctl", type=lambda path: Path(path).resolve())
    parser.add_argument("--csv", type=Path, default=SAMPLE)
    parser.add_argument("--target", default="cultivar")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--workers", type=int, default=1, help="of MLflow; 1 is its own default")
    print(json.dumps(main(parser.parse_args())))
