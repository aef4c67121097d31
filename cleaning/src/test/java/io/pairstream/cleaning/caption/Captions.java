package io.pairstream.cleaning.caption;

import java.util.Random;

/** Hostile captions, the same for the same seed. Each is well-formed UTF-16. */
final class Captions {

  private static final String[] ENTITIES =
      """
      &amp; &amp &AMP; &#38; &#x26; &#38 &am&#112;; &#&#51;8; &lt; &gt; &nbsp; &shy; &zwj;
      &zwnj; &lrm; &#0; &#9; &#xD83D; &#xDE00; &#128512; &#xFEFF; &#x110000; &NotEqualTilde;
      &notit; &ampamp; amp; & &# &#x ; #38; &a\u200Bmp; &a\u00ADmp; &amp\u037E &#3\uFEFF8;
      &\u212A;
      """
          .split("\\s+");

  private static final String[] SEQUENCES =
      """
      \u200D \u200C \uFE0F \uFE0E \uFE00 \u20E3 1\uFE0F\u20E3 # * 7
      \u2764\uFE0F\u200D\uD83D\uDD25 \uD83D\uDC68\u200D\uD83D\uDC69 \uD83C\uDFFD
      \uD83C\uDFF4\uDB40\uDC67\uDB40\uDC7F \uD83C\uDDE8\uD83C\uDDE6 \u2190 =\u0338
      \u0915\u094D\u200D\u0937 \u0645\u06CC\u200C\u062E \u0640 \u09B0\u200D\u09CD
      \u1820\u180B\u180E \u0DC1\u0DCA\u200D\u0DBB e\u0301 \u0344 \u0323\u0307
      \u0345\u0301\u0334 \uD834\uDD60 \uFB2C \u0958 \u1100\u1161\u11A8 \u1160 \u034F \u212B
      \uF900 \u2329 \u1FEF \u30AB\u3099 \u0E33
      """
          .split("\\s+");

  private static final String[] FOREIGN =
      """
      http:// https://a.example/b(c)?d=e&f#g. www. www.example.com example.com/x
      ftp://\u4E00 (http://a.b) a@b.cd mailto:a.b@c-d.ef @ @b.cd a.b +49301234567
      555-123-4567 (555) 123-4567 13912345678 tel:12 34567 + 1 - / . #GoldenRetriever
      #\u8BDD\u9898# #a_b ## C# <b> </b> <br/> < > <!-- --> <script> </script> <a [ ](
      ) ![ [link] \u00C3\u00A9 \u00C3 \u00C2 \u00E2\u20AC\u2122 \u00C3\u0192\u00C2\u00A9
      \u201D\u2026 \u00E9\u201D\u2026 \u00F0\u0178\u02DC\u20AC
      \uFF06\uFF41\uFF4D\uFF50\uFF1B \uFF48\uFF54\uFF54\uFF50\uFF1A\uFF0F\uFF0F \uFF03\uFF41
      \uFF76\uFF9E \uFFE3\uFFE5 \uFF0C\u3002
      """
          .split("\\s+");

  private static final int[] INVISIBLE = {
    0x00, 0x08, 0x2000, 0x1B, 0x1F, 0x7F, 0x85, 0x9F, 0xA0, 0xAD, 0x61C, 0x180E, 0x200B, 0x200E,
    0x2028, 0x202E, 0x2060, 0x2066, 0x2800, 0x3000, 0x3164, 0xE000, 0xFDD0, 0xFEFF, 0xFFF9, 0xFFFC,
    0xFFFD, 0xFFFF, 0xE0001, 0xE0041, 0xE007F, 0xE0100, 0xF0000, 0x10FFFF
  };

  private final Random random;

  Captions(long seed) {
    random = new Random(seed);
  }

  /** A caption of up to {@code maxParts} parts of every hostile kind. */
  String next(int maxParts) {
    StringBuilder caption = new StringBuilder();
    int parts = random.nextInt(maxParts + 1);
    for (int i = 0; i < parts; i++) {
      switch (random.nextInt(14)) {
        case 0, 1 -> caption.append(ENTITIES[random.nextInt(ENTITIES.length)]);
        case 2, 3 -> caption.append(SEQUENCES[random.nextInt(SEQUENCES.length)]);
        case 4 -> caption.appendCodePoint(INVISIBLE[random.nextInt(INVISIBLE.length)]);
        case 5 -> caption.append(' ');
        case 6 -> caption.append("a dog's ball ", 0, 1 + random.nextInt(13));
        case 7 -> appendCodePoint(caption, 0x3000);
        case 8 -> caption.append('&').append("amp;".repeat(random.nextInt(40)));
        case 9 -> appendCodePoint(caption, Character.MAX_CODE_POINT + 1);
        default -> caption.append(FOREIGN[random.nextInt(FOREIGN.length)]);
      }
    }
    return caption.toString();
  }

  private void appendCodePoint(StringBuilder caption, int bound) {
    int codePoint = random.nextInt(bound);
    boolean half = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    caption.appendCodePoint(half ? 'x' : codePoint);
  }
}
