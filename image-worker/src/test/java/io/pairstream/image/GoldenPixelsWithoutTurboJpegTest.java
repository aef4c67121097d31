package io.pairstream.image;

/** The same where no libturbojpeg is found. */
class GoldenPixelsWithoutTurboJpegTest extends GoldenPixelsTest {

  @Override
  WorkerSettings settings() {
    return Pictures.compilingTwice(Pictures.settings(1), "-Dpairstream.worker.turbojpeg=none");
  }
}
