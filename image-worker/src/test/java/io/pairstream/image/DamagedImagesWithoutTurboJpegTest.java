package io.pairstream.image;

/** The same where no libturbojpeg is found. */
class DamagedImagesWithoutTurboJpegTest extends DamagedImagesTest {

  @Override
  WorkerSettings settings() {
    return Pictures.settings(1).withJvmOptions("-Dpairstream.worker.turbojpeg=none");
  }
}
