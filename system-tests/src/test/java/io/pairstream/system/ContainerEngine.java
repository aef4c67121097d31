package io.pairstream.system;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;

/** The container engine of this machine, where it has one. */
final class ContainerEngine {

  private ContainerEngine() {}

  /** Without an engine the test is skipped, unless one was promised. */
  static void require() {
    try {
      if (!DockerClientFactory.instance().isDockerAvailable()) {
        missing("no container engine answers");
      }
    } catch (ContainerFetchException e) {
      cannotFetch(e);
    }
  }

  /** Skips the test on a machine without internet, unless an engine was promised. */
  static void cannotFetch(ContainerFetchException e) {
    missing("the container engine cannot fetch an image: " + e.getMessage());
  }

  /** Skips the test, or fails it where an engine with all that belongs to it was promised. */
  static void missing(String what) {
    if (Boolean.parseBoolean(System.getenv("ENGINE_REQUIRED"))) {
      fail("ENGINE_REQUIRED is set, but " + what);
    }
    abort(what + "; ENGINE_REQUIRED=true makes this a failure");
  }
}
