package io.pairstream.cleaning.tokens;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * BERT-Chinese's WordPiece with 21,128 ids over lower case, as Chinese-CLIP takes it: {@code [CLS]}
 * (101) before the text, {@code [SEP]} (102) after it, 0 behind.
 *
 * @see <a
 *     href="https://github.com/OFA-Sys/Chinese-CLIP/blob/master/cn_clip/clip/utils.py">utils.py</a>
 */
final class BertChineseTokenizer implements Tokenizer {

  @Override
  public String name() {
    return "bert-chinese";
  }

  @Override
  public String digest() {
    return Shipped.INSTANCE.digest();
  }

  @Override
  public int vocabularySize() {
    return Shipped.INSTANCE.vocabularySize();
  }

  @Override
  public int[] encode(String text) {
    return Shipped.INSTANCE.encode(text);
  }

  @Override
  public int[] before() {
    return Shipped.INSTANCE.before();
  }

  @Override
  public int[] after() {
    return Shipped.INSTANCE.after();
  }

  /** The file that comes with the product, read when it is first needed. */
  private static final class Shipped {

    static final Tokenizer INSTANCE = read();

    private static Tokenizer read() {
      byte[] file = VocabularyFile.unzip(VocabularyFile.read("bert-chinese.json.gz"));
      try {
        return TokenizerFile.parse(file, false).tokenizer();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
