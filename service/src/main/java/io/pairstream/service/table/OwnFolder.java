package io.pairstream.service.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Folders that only their owner may read: pictures, captions, names of senders. */
public final class OwnFolder {

  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rwx------");

  private OwnFolder() {}

  /** Makes a folder, and those above it that are missing, for its owner alone. */
  public static Path make(Path folder) throws IOException {
    if (Files.isDirectory(folder)
        || !folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return Files.createDirectories(folder);
    }
    return Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER));
  }

  /**
   * Makes a folder that has a name of ours, or closes one that is open to others; one that another
   * user owns stays as it is.
   */
  public static Path close(Path folder) throws IOException {
    make(folder);
    PosixFileAttributeView view = Files.getFileAttributeView(folder, PosixFileAttributeView.class);
    if (view != null
        && !view.readAttributes().permissions().equals(OWNER)
        && view.getOwner().getName().equals(System.getProperty("user.name"))) {
      view.setPermissions(OWNER);
    }
    return folder;
  }
}
