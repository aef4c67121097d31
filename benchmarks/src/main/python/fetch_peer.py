"""img2dataset's downloader alone, driven line by line: fetch_peer.py LIST

Says `ready`; answers `pass THREADS` with `done IMAGES FAILURES BYTES`. Its own function in its own kind of
thread pool, as its Downloader calls it, with its defaults: 10 s, no second try, the headers that opt out.
"""

import hashlib
import os
import pathlib
import sys
import warnings
from multiprocessing.pool import ThreadPool
from threading import Semaphore


def main():
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    warnings.filterwarnings("ignore")
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    os.environ["no_proxy"] = "*"
    urls = pathlib.Path(sys.argv[1]).read_text().splitlines()

    from img2dataset.downloader import download_image_with_retry

    print("ready {}", file=out)
    for line in sys.stdin:
        threads = int(line.split()[2])
        under_way = Semaphore(threads * 2)

        def rows():
            for row in enumerate(urls):
                under_way.acquire()
                yield row

        def download(row):
            return download_image_with_retry(
                row,
                timeout=10,
                retries=0,
                user_agent_token="benchmark",
                disallowed_header_directives=["noai", "noimageai", "noindex", "noimageindex"],
            )

        images = 0
        with ThreadPool(threads) as pool:
            for _, stream, _ in pool.imap_unordered(download, rows()):
                if stream is not None:
                    body = stream.getvalue()
                    # Ours tells each image's digest; compute_hash="sha256" is what its users set for that.
                    hashlib.sha256(body).hexdigest()
                    images += 1
                    stream.close()
                under_way.release()
        print(f"done {images} {len(urls) - images}", file=out)


main()
