package io.pairstream.benchmarks.mutations;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damages files, the same way for the same seed and number. Thread-safe. */
final class Mutator {

  /** Numbers at which parsers go wrong: ends of ranges, markers, lengths. */
  private static final int[] TELLING_BYTES = {
    0x00, 0x01, 0x7F, 0x80, 0xC2, 0xD8, 0xD9, 0xDA, 0xFE, 0xFF
  };

  private final List<byte[]> files;
  private final long seed;

  /**
   * @param files whole files to begin with; at least one, none of them empty
   */
  Mutator(List<byte[]> files, long seed) {
    this.files = List.copyOf(files);
    this.seed = seed;
  }

  /** The file that stands behind input {@code number}, undamaged. */
  byte[] original(long number) {
    return files.get((int) Math.floorMod(number, (long) files.size()));
  }

  /** Input {@code number}: its original with one to sixteen changes. */
  byte[] damaged(long number) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
    byte[] file = original(number).clone();
    int changes = 1 << random.nextInt(5);
    for (int i = 0; i < changes && file.length > 1; i++) {
      file = changed(file, random);
    }
    return file;
  }

  private byte[] changed(byte[] file, SplittableRandom random) {
    int at = position(file, random);
    switch (random.nextInt(8)) {
      case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> file[at] = (byte) random.nextInt(256);
      case 2 -> file[at] = (byte) TELLING_BYTES[random.nextInt(TELLING_BYTES.length)];
      case 3 -> {
        int end = Math.min(file.length, at + 1 + random.nextInt(16));
        for (int i = at; i < end; i++) {
          file[i] = (byte) random.nextInt(256);
        }
      }
      case 4 -> {
        return Arrays.copyOf(file, Math.max(1, at));
      }
      case 5 -> {
        int end = Math.min(file.length, at + 1 + random.nextInt(64));
        return joined(file, at, file, end);
      }
      case 6 -> {
        int from = random.nextInt(file.length);
        return joined(file, at, file, from);
      }
      default -> {
        byte[] other = files.get(random.nextInt(files.size()));
        return joined(file, at, other, Math.min(at, other.length));
      }
    }
    return file;
  }

  /** Half of the time in the first 512 bytes, where the headers are. */
  private static int position(byte[] file, SplittableRandom random) {
    return random.nextInt(random.nextBoolean() ? Math.min(512, file.length) : file.length);
  }

  /** The first {@code head} bytes of one file and what follows {@code from} in another. */
  private static byte[] joined(byte[] one, int head, byte[] other, int from) {
    byte[] joined = Arrays.copyOf(one, Math.max(1, head + other.length - from));
    System.arraycopy(other, from, joined, head, other.length - from);
    return joined;
  }
}
