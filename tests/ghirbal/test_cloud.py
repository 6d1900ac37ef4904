"""Object stores are read and written by Polars: the library's road, against a real S3-compatible server."""

from pathlib import Path

import boto3
import polars as pl
import pytest
from moto.server import ThreadedMotoServer
from polars.testing import assert_frame_equal

from ghirbal import NEWS, InputError, UsageError, clean, near_duplicates
from ghirbal.job import run
from ghirbal.options import Options

# The server's and the client's own: sockets that they leave to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore")
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


@pytest.fixture(scope="module")
def store():
    """Give the options with which Polars finds the server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **KEYS).create_bucket(Bucket="news")
    yield {**KEYS, "aws_endpoint_url": endpoint, "aws_region": "us-east-1", "aws_allow_http": "true"}
    server.stop()


def test_archives_in_an_object_store(store, rows):
    news = pl.DataFrame(rows(3, 40))
    for part in range(2):
        news.slice(20 * part, 20).write_parquet(f"s3://news/archive/{part}.parquet", storage_options=store)
    docs = pl.scan_parquet("s3://news/archive/*.parquet", storage_options=store)
    survivors = near_duplicates(clean(docs, NEWS).documents).survivors
    survivors.sink_parquet("s3://news/clean/part-00000.parquet", storage_options=store)
    written = pl.read_parquet("s3://news/clean/part-00000.parquet", storage_options=store)
    assert_frame_equal(written, near_duplicates(clean(news, NEWS).documents).survivors)
    assert 0 < written.height < 40


def test_the_command_says_which_road_to_take(tmp_path):
    with pytest.raises(InputError, match=r"mount it or copy it, or read it in Python with polars\.scan_parquet"):
        run(["s3://news/archive/*.parquet"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "a.jsonl").write_text('{"text": "a text"}\n')
    for out, options in (("s3://news/clean", Options()), (tmp_path / "out", Options(work="s3://news/work"))):
        with pytest.raises(UsageError, match=r"cannot write to s3://news/.*: the command writes on this machine"):
            run([tmp_path / "a.jsonl"], out, options=options)
    assert not Path("s3:").exists()
