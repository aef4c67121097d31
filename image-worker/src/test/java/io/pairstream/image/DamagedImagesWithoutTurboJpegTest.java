package io.pairstream.image;

import io.pairstream.image.sandbox.WorkerSettings;
import org.junit.jupiter.api.Tag;

/** Damaged files where no libturbojpeg is found, all of them cut anywhere. */
@Tag("full")
class DamagedImagesWithoutTurboJpegTest extends DamagedImagesTest {

  @Override
  WorkerSettings settings() {
    return Pictures.settings(1).withJvmOptions("-Dpairstream.worker.turbojpeg=none");
  }

  @Override
  boolean isCut(String name, int percent) {
    return true;
  }
}
