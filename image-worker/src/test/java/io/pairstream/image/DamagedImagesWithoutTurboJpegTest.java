package io.pairstream.image;

import org.junit.jupiter.api.Tag;

/** Damaged files where no libturbojpeg is found. */
@Tag("full")
class DamagedImagesWithoutTurboJpegTest extends DamagedImagesTest {

  @Override
  WorkerSettings settings() {
    return Pictures.settings(1).withJvmOptions("-Dpairstream.worker.turbojpeg=none");
  }
}
