package io.pairstream.cleaning.tokens;

import java.io.IOException;
import java.nio.file.Path;

record TokenizerFile(Tokenizer tokenizer, int length, int padId) {
  static TokenizerFile read(Path path, boolean specialInText) throws IOException {
    throw new IOException("not yet");
  }
}
