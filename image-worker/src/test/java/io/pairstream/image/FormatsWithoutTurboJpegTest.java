package io.pairstream.image;

/** Formats where no libturbojpeg is found. */
class FormatsWithoutTurboJpegTest extends FormatsTest {

  @Override
  WorkerSettings settings() {
    return Pictures.compilingTwice(Pictures.settings(1), "-Dpairstream.worker.turbojpeg=none");
  }
}
