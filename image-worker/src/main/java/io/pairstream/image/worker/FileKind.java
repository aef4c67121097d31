package io.pairstream.image.worker;

/** The formats that pass the gate, by their first bytes; OpenCV would decode a dozen others. */
enum FileKind {
  JPEG,
  PNG,
  WEBP,
  GIF,
  OTHER;

  private static final int SHORTEST = 13;

  static FileKind of(byte[] file) {
    if (file.length < SHORTEST) {
      return OTHER;
    }
    if (file[0] == (byte) 0xFF && file[1] == (byte) 0xD8) {
      return JPEG;
    }
    if (file[0] == (byte) 0x89 && file[1] == 'P' && file[2] == 'N' && file[3] == 'G') {
      return PNG;
    }
    if (file[0] == 'R' && file[1] == 'I' && file[8] == 'W' && file[9] == 'E') {
      return WEBP;
    }
    return file[0] == 'G' && file[1] == 'I' && file[2] == 'F' ? GIF : OTHER;
  }
}
