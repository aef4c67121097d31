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
  TURQUOISE("turquoise", "青色", 0x32C8BE),
  BLACK("black", "黑色", 0x191919),
  WHITE("white", "白色", 0xFAFAFA),
  GREY("grey", "灰色", 0x828282);

  private final String english;
  private final String chinese;
  private final int rgb;

  Colour(String english, String chinese, int rgb) {
    this.english = english;
    this.chinese = chinese;
    this.rgb = rgb;
  }

  String english() {
    return english;
  }

  String chinese() {
    return chinese;
  }

  /** 0xRRGGBB, sRGB. */
  int rgb() {
    return rgb;
  }

  /** Whether a greyscale image shows it as it is. */
  boolean isGrey() {
    return this == BLACK || this == WHITE || this == GREY;
  }
}
