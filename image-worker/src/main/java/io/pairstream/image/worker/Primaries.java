package io.pairstream.image.worker;

/**
 * The three lights and the white of an RGB colour space, as CIE xy.
 *
 * @param redX x of red; the others likewise
 */
record Primaries(
    double redX,
    double redY,
    double greenX,
    double greenY,
    double blueX,
    double blueY,
    double whiteX,
    double whiteY) {

  /** ITU-R BT.709 and sRGB. */
  static final Primaries SRGB = new Primaries(.64, .33, .30, .60, .15, .06, .3127, .3290);

  /** SMPTE EG 432-1, Display P3. */
  static final Primaries P3 = new Primaries(.680, .320, .265, .690, .150, .060, .3127, .3290);

  /** ITU-R BT.2020. */
  static final Primaries BT2020 = new Primaries(.708, .292, .170, .797, .131, .046, .3127, .3290);

  /** The profile connection space's white (ICC.1:2022, 7.2.16). */
  private static final double[] D50 = {0.9642, 1.0, 0.8249};

  /** Bradford's cone responses (ICC.1:2022, annex E). */
  private static final double[][] BRADFORD = {
    {0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}
  };

  /** Whether the lights can be mixed to a white at all; hostile numbers cannot. */
  boolean areUsable() {
    double area = (greenX - redX) * (blueY - redY) - (blueX - redX) * (greenY - redY);
    return redY > 0.001
        && greenY > 0.001
        && blueY > 0.0001
        && whiteY > 0.001
        && Math.abs(area) > 0.001;
  }

  /** XYZ of red, green and blue in the columns, adapted to D50. */
  double[][] colorants() {
    double[] red = xyz(redX, redY);
    double[] green = xyz(greenX, greenY);
    double[] blue = xyz(blueX, blueY);
    double[] white = xyz(whiteX, whiteY);
    double[][] lights = {
      {red[0], green[0], blue[0]}, {red[1], green[1], blue[1]}, {red[2], green[2], blue[2]}
    };
    double[] share = times(inverse(lights), white);
    double[] from = times(BRADFORD, white);
    double[] to = times(BRADFORD, D50);
    double[][] adapted = new double[3][3];
    for (int row = 0; row < 3; row++) {
      for (int column = 0; column < 3; column++) {
        adapted[row][column] = BRADFORD[row][column] * to[row] / from[row];
      }
    }
    double[][] mixed = times(times(inverse(BRADFORD), adapted), lights);
    for (double[] row : mixed) {
      for (int column = 0; column < 3; column++) {
        row[column] *= share[column];
      }
    }
    return mixed;
  }

  private static double[] xyz(double x, double y) {
    return new double[] {x / y, 1, (1 - x - y) / y};
  }

  static double[] times(double[][] matrix, double[] vector) {
    double[] result = new double[3];
    for (int row = 0; row < 3; row++) {
      for (int i = 0; i < 3; i++) {
        result[row] += matrix[row][i] * vector[i];
      }
    }
    return result;
  }

  static double[][] times(double[][] a, double[][] b) {
    double[][] result = new double[3][3];
    for (int row = 0; row < 3; row++) {
      for (int column = 0; column < 3; column++) {
        for (int i = 0; i < 3; i++) {
          result[row][column] += a[row][i] * b[i][column];
        }
      }
    }
    return result;
  }

  /** By cofactors; a matrix without an inverse gives infinities. */
  static double[][] inverse(double[][] m) {
    double[][] inverse = new double[3][3];
    double determinant = 0;
    for (int i = 0; i < 3; i++) {
      determinant += m[0][i] * cofactor(m, 0, i);
    }
    for (int row = 0; row < 3; row++) {
      for (int column = 0; column < 3; column++) {
        inverse[row][column] = cofactor(m, column, row) / determinant;
      }
    }
    return inverse;
  }

  private static double cofactor(double[][] m, int row, int column) {
    int r1 = (row + 1) % 3;
    int r2 = (row + 2) % 3;
    int c1 = (column + 1) % 3;
    int c2 = (column + 2) % 3;
    return m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];
  }
}
