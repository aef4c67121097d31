package io.pairstream.image;

/** The same where no libturbojpeg is found. */
class GoldenPixelsWithoutTurboJpegTest extends GoldenPixelsTest {

  @Override
  WorkerSettings settings() {
    return Pictures.settings(1).withJvmOptions("-Dpairstream.worker.turbojpeg=none");
  }
}
