package io.pairstream.drawing;

/** A colour that things are drawn in, far enough from the others that its name is beyond doubt. */
enum Colour {
  RED("red", "红色", 0xD62828),
  ORANGE("orange", "橙色", 0xF58220),
  YELLOW("yellow", "黄色", 0xFAD428),
  GREEN("green", "绿色", 0x2E963C),
  BLUE("blue", "蓝色", 0x285AD6),
  PURPLE("purple", "紫色", 0x8032AA),
  PINK("pink", "粉色", 0xFA8CB4),
  BROWN("brown", "棕色", 0x7D4B28),
  BLACK("black", "黑色", 0x191919),
  WHITE("white", "白色", 0xFAFAFA),
  GREY("grey", "灰色", 0x828282);

  private static final int CLEARLY_APART = 130;

  final String english;
  final String chinese;

  /** 0xRRGGBB, sRGB. */
  final int rgb;

  Colour(String english, String chinese, int rgb) {
    this.english = english;
    this.chinese = chinese;
    this.rgb = rgb;
  }

  /** Whether a greyscale image shows it as it is. */
  boolean isGrey() {
    return this == BLACK || this == WHITE || this == GREY;
  }

  /** Whether something of that colour can be seen on a background of this one. */
  boolean shows(Colour other) {
    int square = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int difference = ((rgb >> shift) & 0xFF) - ((other.rgb >> shift) & 0xFF);
      square += difference * difference;
    }
    return square > CLEARLY_APART * CLEARLY_APART;
  }
}
