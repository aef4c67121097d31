package io.pairstream.drawing;

/** A colour that scenes stand on. */
enum Backdrop {
  WHITE("white", "白色", 0xFFFFFF),
  LIGHT_GREY("light grey", "浅灰色", 0xDCDCDC),
  LIGHT_BLUE("light blue", "浅蓝色", 0xD2E6FA),
  LIGHT_GREEN("light green", "浅绿色", 0xD2F0D2),
  LIGHT_YELLOW("light yellow", "浅黄色", 0xFFF8D2),
  DARK_BLUE("dark blue", "深蓝色", 0x141E50),
  BLACK("black", "黑色", 0x0A0A0A);

  private static final int CLEARLY_APART = 130;

  private final String english;
  private final String chinese;
  private final int rgb;

  Backdrop(String english, String chinese, int rgb) {
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

  boolean isGrey() {
    return this == WHITE || this == LIGHT_GREY || this == BLACK;
  }

  /** Whether something of that colour can be seen on it. */
  boolean shows(Colour colour) {
    int red = ((rgb >> 16) & 0xFF) - ((colour.rgb() >> 16) & 0xFF);
    int green = ((rgb >> 8) & 0xFF) - ((colour.rgb() >> 8) & 0xFF);
    int blue = (rgb & 0xFF) - (colour.rgb() & 0xFF);
    return red * red + green * green + blue * blue > CLEARLY_APART * CLEARLY_APART;
  }
}
