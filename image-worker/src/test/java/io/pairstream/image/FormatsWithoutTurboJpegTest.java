package io.pairstream.image;

import io.pairstream.image.sandbox.WorkerSettings;

/** Formats where no libturbojpeg is found. */
class FormatsWithoutTurboJpegTest extends FormatsTest {

  @Override
  WorkerSettings settings() {
    return Pictures.compilingTwice(Pictures.settings(1), "-Dpairstream.worker.turbojpeg=none");
  }
}
