"""The peers, each by the calls that its own documentation recommends for speed.

All make a 256x256 JPEG of quality 95 of the centre square, in memory, without reading a file. Where
a library can crop before it scales, it does: that is less work for the same picture.
"""

import concurrent.futures
import io
import os

SIDE = 256
QUALITY = 95


def centre(width, height):
    side = min(width, height)
    return (width - side) // 2, (height - side) // 2, side


class Peer:
    """Prepares one file at a time; more than one worker means more processes."""

    has_threads = False

    def prepare_all(self, files, workers):
        failures = 0
        for file in files:
            try:
                self.prepare(file)
            except Exception:
                failures += 1
        return len(files) - failures, failures

    def prepare(self, file):
        """The JPEG's bytes."""
        raise NotImplementedError

    def result(self, file):
        """The pixels, before they are encoded."""
        raise NotImplementedError


class opencv(Peer):
    calls = "imdecode(COLOR), crop, resize(INTER_AREA; INTER_CUBIC to enlarge), imencode"

    def __init__(self):
        import cv2
        import numpy

        cv2.setNumThreads(1)
        self.cv2, self.numpy = cv2, numpy
        self.version = "opencv-python-headless " + cv2.__version__

    def square(self, file):
        cv2 = self.cv2
        picture = cv2.imdecode(self.numpy.frombuffer(file, self.numpy.uint8), cv2.IMREAD_COLOR)
        x, y, side = centre(picture.shape[1], picture.shape[0])
        how = cv2.INTER_AREA if side > SIDE else cv2.INTER_CUBIC
        return cv2.resize(picture[y : y + side, x : x + side], (SIDE, SIDE), interpolation=how)

    def prepare(self, file):
        encoded = self.cv2.imencode(
            ".jpg", self.square(file), [self.cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        )
        return encoded[1].tobytes()

    def result(self, file):
        return "raw", self.square(file)[..., ::-1].tobytes()


class img2dataset(Peer):
    calls = "Resizer(256, center_crop, resize_only_if_bigger=False, encode_quality=95)"

    def __init__(self):
        os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
        from importlib.metadata import version

        from img2dataset.resizer import Resizer

        self.resizer = Resizer(SIDE, "center_crop", False, encode_quality=QUALITY)
        self.version = (
            f"img2dataset {version('img2dataset')}, albumentations {version('albumentations')}, "
            f"opencv-python-headless {version('opencv-python-headless')}"
        )

    def prepare(self, file):
        encoded, _, _, _, _, error = self.resizer(io.BytesIO(file))
        if error:
            raise ValueError(error)
        return encoded

    def result(self, file):
        return "jpg", self.prepare(file)


class torchvision(Peer):
    calls = "decode_image(RGB), v2.functional.resized_crop(antialias=True), encode_jpeg; 1 thread"

    def __init__(self):
        import torch
        import torchvision as module
        from torchvision import io as pictures
        from torchvision.transforms.v2 import functional

        torch.set_num_threads(1)
        self.torch, self.io, self.functional = torch, pictures, functional
        self.version = f"torchvision {module.__version__}, torch {torch.__version__}"

    def square(self, file):
        # A bytearray of its own would be copied; the file is only read.
        data = self.torch.frombuffer(file, dtype=self.torch.uint8)
        picture = self.io.decode_image(data, mode=self.io.ImageReadMode.RGB)
        x, y, side = centre(picture.shape[2], picture.shape[1])
        return self.functional.resized_crop(
            picture, y, x, side, side, [SIDE, SIDE], antialias=True
        )

    def prepare(self, file):
        return self.io.encode_jpeg(self.square(file), QUALITY).numpy().tobytes()

    def result(self, file):
        return "raw", self.square(file).permute(1, 2, 0).contiguous().numpy().tobytes()


class torchvision_whole(torchvision):
    calls = "decode_image(RGB), v2.functional.resize(256, antialias=True), center_crop, encode_jpeg; 1 thread"

    def square(self, file):
        data = self.torch.frombuffer(file, dtype=self.torch.uint8)
        picture = self.io.decode_image(data, mode=self.io.ImageReadMode.RGB)
        picture = self.functional.resize(picture, [SIDE], antialias=True)
        return self.functional.center_crop(picture, [SIDE, SIDE])


class pillow(Peer):
    calls = "open, draft(RGB), resize(BICUBIC, box, reducing_gap=2), save(quality=95)"

    def __init__(self):
        import PIL
        from PIL import Image

        self.Image = Image
        self.version = "Pillow " + PIL.__version__

    def square(self, file):
        picture = self.Image.open(io.BytesIO(file))
        picture.draft("RGB", (SIDE, SIDE))
        x, y, side = centre(*picture.size)
        return picture.convert("RGB").resize(
            (SIDE, SIDE),
            self.Image.Resampling.BICUBIC,
            box=(x, y, x + side, y + side),
            reducing_gap=2.0,
        )

    def prepare(self, file):
        encoded = io.BytesIO()
        self.square(file).save(encoded, "JPEG", quality=QUALITY)
        return encoded.getvalue()

    def result(self, file):
        return "raw", self.square(file).tobytes()


class pillow_lanczos(pillow):
    calls = "open, convert(RGB), resize(LANCZOS, box), save(quality=95)"

    def square(self, file):
        picture = self.Image.open(io.BytesIO(file))
        x, y, side = centre(*picture.size)
        return picture.convert("RGB").resize(
            (SIDE, SIDE), self.Image.Resampling.LANCZOS, box=(x, y, x + side, y + side)
        )


class pyvips(Peer):
    calls = "Image.thumbnail_buffer(256, crop=centre), flatten, jpegsave_buffer(Q=95); VIPS_CONCURRENCY=1"

    def __init__(self):
        os.environ["VIPS_CONCURRENCY"] = "1"
        import pyvips as module

        module.cache_set_max(0)
        self.module = module
        numbers = ".".join(str(module.version(part)) for part in range(3))
        self.version = f"pyvips {module.__version__}, libvips {numbers}"

    def square(self, file):
        picture = self.module.Image.thumbnail_buffer(file, SIDE, height=SIDE, crop="centre")
        return picture.flatten(background=255) if picture.hasalpha() else picture

    def prepare(self, file):
        return self.square(file).jpegsave_buffer(Q=QUALITY, keep="none")

    def result(self, file):
        return "raw", self.square(file).colourspace("srgb").write_to_memory()


class dali(Peer):
    """Works in batches and with its own threads. It has no encoder on the CPU: OpenCV's is added."""

    calls = (
        "peek_image_shape, decoders.image_slice(device=cpu, RGB), resize(INTERP_LINEAR, antialias)"
        " in batches of 32; OpenCV's imencode"
    )
    has_threads = True
    BATCH = 32

    def __init__(self):
        import cv2
        import numpy
        import nvidia.dali
        from nvidia.dali import fn, pipeline_def, types

        cv2.setNumThreads(1)
        self.cv2, self.numpy = cv2, numpy
        self.version = "nvidia-dali " + nvidia.dali.__version__
        self.pipelines = {}

        @pipeline_def(batch_size=self.BATCH, device_id=None, prefetch_queue_depth=1)
        def pipeline():
            encoded = fn.external_source(name="files", dtype=types.UINT8, ndim=1)
            shape = fn.slice(fn.peek_image_shape(encoded), start=[0], shape=[2], axes=[0])
            side = fn.reductions.min(shape)
            sides = fn.stack(side, side)
            square = fn.decoders.image_slice(
                encoded,
                start=fn.cast((shape - sides) // 2, dtype=types.INT32),
                shape=fn.cast(sides, dtype=types.INT32),
                axes=[0, 1],
                device="cpu",
                output_type=types.RGB,
            )
            return fn.resize(
                square, size=[SIDE, SIDE], interp_type=types.INTERP_LINEAR, antialias=True
            )

        self.build = pipeline

    def squares(self, files, threads):
        if threads not in self.pipelines:
            self.pipelines[threads] = self.build(num_threads=threads)
            self.pipelines[threads].build()
        pipeline = self.pipelines[threads]
        pipeline.feed_input("files", [self.numpy.frombuffer(file, self.numpy.uint8) for file in files])
        (squares,) = pipeline.run()
        return [squares.at(index) for index in range(len(files))]

    def encode(self, square):
        encoded = self.cv2.imencode(
            ".jpg", square[..., ::-1], [self.cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        )
        return encoded[1].tobytes()

    def prepare_all(self, files, workers):
        done = 0
        with concurrent.futures.ThreadPoolExecutor(workers) as threads:
            for first in range(0, len(files), self.BATCH):
                squares = self.squares_each(files[first : first + self.BATCH], workers)
                done += sum(1 for _ in threads.map(self.encode, squares))
        return done, len(files) - done

    def squares_each(self, files, threads):
        """One file that cannot be decoded takes its whole batch down: then one by one."""
        try:
            return self.squares(files, threads)
        except Exception:
            self.pipelines.pop(threads, None)
        squares = []
        for file in files:
            try:
                squares += self.squares([file], threads)
            except Exception:
                self.pipelines.pop(threads, None)
        return squares

    def result(self, file):
        return "raw", self.squares_each([file], 1)[0].tobytes()
