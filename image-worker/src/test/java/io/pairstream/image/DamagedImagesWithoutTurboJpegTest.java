package io.pairstream.image;

/** Damaged files where no libturbojpeg is found. */
class DamagedImagesWithoutTurboJpegTest extends DamagedImagesTest {

  @Override
  WorkerSettings settings() {
    return Pictures.settings(1).withJvmOptions("-Dpairstream.worker.turbojpeg=none");
  }
}
