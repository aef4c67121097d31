package io.pairstream.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store in a folder, where it is more than a bucket: paths and links. */
class FolderStoreTest extends ObjectStoreContract {

  @TempDir private Path folder;

  @Override
  ObjectStore store() {
    return ObjectStore.open(folder.resolve("set").toUri().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/a", "a/", "a//b", "../a", "a/../b", ".", "a/./b", "a\\b", "a\nb"})
  void aKeyThatLeavesItsFolderOrIsNoneIsRefused(String key) {
    assertThatThrownBy(() -> store().read(key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no key of an object");
  }

  @Test
  void symbolicLinksAreNoObjectsAndNothingIsWrittenBehindThem() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "s");
    Path root = Files.createDirectory(folder.resolve("set"));
    Files.createSymbolicLink(root.resolve("linked"), outside);
    Files.createSymbolicLink(root.resolve("file"), outside.resolve("secret"));

    assertThat(store().list("")).isEmpty();
    assertThat(store().find("linked/secret")).isEmpty();
    assertThatThrownBy(() -> store().read("file")).isInstanceOf(NoSuchObjectException.class);
    assertThatThrownBy(() -> store().put("linked/new", "n".getBytes(UTF_8)))
        .hasMessageContaining("symbolic link");
    assertThat(outside).isDirectoryNotContaining("glob:**/new");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gs://bucket/x", "https://host/x", "file://host/x"})
  void aUrlOfAnotherKindIsRefused(String url) {
    assertThatThrownBy(() -> ObjectStore.open(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("file:///folder");
  }
}
