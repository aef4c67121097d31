package io.pairstream.drawing;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;

/** A thing that is drawn: an outline in a square of side 1 around 0, whose middle is inside. */
enum Figure {
  CIRCLE("circle", "circles", "个", "圆形", new Ellipse2D.Double(-0.5, -0.5, 1, 1)),
  SQUARE("square", "squares", "个", "正方形", -.45, -.45, .45, -.45, .45, .45, -.45, .45),
  TRIANGLE("triangle", "triangles", "个", "三角形", 0, -.5, .5, .45, -.5, .45),
  DIAMOND("diamond", "diamonds", "个", "菱形", 0, -.5, .35, 0, 0, .5, -.35, 0),
  ARROW("arrow", "arrows", "个", "箭头", -.5, -.15, 0, -.15, 0, -.4, .5, 0, 0, .4, 0, .15, -.5, .15),
  STAR("star", "stars", "颗", "星星", star()),
  HOUSE(
      "house", "houses", "座", "房子", 0, -.5, .5, -.1, .4, -.1, .4, .5, -.4, .5, -.4, -.1, -.5, -.1),
  TREE("tree", "trees", "棵", "树", 0, -.5, .4, .2, .1, .2, .1, .5, -.1, .5, -.1, .2, -.4, .2),
  BOAT("boat", "boats", "艘", "小船", -.2, -.5, .4, .2, .5, .2, .3, .5, -.3, .5, -.5, .2, -.2, .2),
  FISH("fish", "fish", "条", "鱼", -.5, 0, -.1, -.3, .2, -.1, .5, -.3, .5, .3, .2, .1, -.1, .3);

  final String singular;
  final String plural;

  /** The Chinese measure word that counts such things. */
  final String measureWord;

  final String chinese;
  private final Shape outline;

  Figure(String singular, String plural, String measureWord, String chinese, double... corners) {
    this(singular, plural, measureWord, chinese, polygon(corners));
  }

  Figure(String singular, String plural, String measureWord, String chinese, Shape outline) {
    this.singular = singular;
    this.plural = plural;
    this.measureWord = measureWord;
    this.chinese = chinese;
    this.outline = outline;
  }

  /** The outline around a point, in pixels. */
  Shape outline(double centreX, double centreY, double size) {
    AffineTransform place = AffineTransform.getTranslateInstance(centreX, centreY);
    place.scale(size, size);
    return place.createTransformedShape(outline);
  }

  private static Shape polygon(double... corners) {
    Path2D path = new Path2D.Double();
    path.moveTo(corners[0], corners[1]);
    for (int i = 2; i < corners.length; i += 2) {
      path.lineTo(corners[i], corners[i + 1]);
    }
    path.closePath();
    return path;
  }

  private static Shape star() {
    double[] corners = new double[20];
    for (int i = 0; i < 10; i++) {
      double radius = i % 2 == 0 ? 0.5 : 0.22;
      double angle = Math.PI * i / 5 - Math.PI / 2;
      corners[2 * i] = radius * Math.cos(angle);
      corners[2 * i + 1] = radius * Math.sin(angle);
    }
    return polygon(corners);
  }
}
