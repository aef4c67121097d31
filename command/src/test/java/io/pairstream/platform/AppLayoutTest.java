package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppLayoutTest {

  @TempDir Path app;

  @Test
  void findsPackagedJarsBesideItsOwn() throws IOException {
    for (String jar :
        new String[] {
          "lib/pairstream-1.0.jar",
          "lib/image-worker-1.0.jar",
          "lib/cleaning-1.0.jar",
          "lib/kafka-clients-4.jar"
        }) {
      Files.createDirectories(app.resolve(jar).getParent());
      Files.createFile(app.resolve(jar));
    }

    AppLayout layout = new AppLayout(app.resolve("lib/pairstream-1.0.jar"));

    assertThat(layout.serviceClassPath()).isEqualTo(app + "/lib/*");
    assertThat(layout.workerClassPath().split(":"))
        .containsExactlyInAnyOrder(
            app + "/lib/image-worker-1.0.jar", app + "/lib/cleaning-1.0.jar", app + "/decoder/*");
  }
}
