package io.pairstream.chaos.run;

import java.util.List;

/** Small pieces of a page; every text is escaped. */
final class Html {

  private Html() {}

  static String text(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&quot;");
  }

  /** A table; a column whose heading begins with {@code #} holds numbers. */
  static String table(List<String> headings, List<List<String>> rows) {
    StringBuilder table = new StringBuilder("<div class='wide'><table><thead><tr>");
    for (String heading : headings) {
      boolean number = heading.startsWith("#");
      table
          .append(number ? "<th class='n'>" : "<th>")
          .append(text(number ? heading.substring(1) : heading))
          .append("</th>");
    }
    table.append("</tr></thead><tbody>");
    for (List<String> row : rows) {
      table.append("<tr>");
      for (int i = 0; i < row.size(); i++) {
        table
            .append(headings.get(i).startsWith("#") ? "<td class='n'>" : "<td>")
            .append(text(row.get(i)))
            .append("</td>");
      }
      table.append("</tr>\n");
    }
    return table.append("</tbody></table></div>").toString();
  }

  static String list(List<String> entries) {
    StringBuilder list = new StringBuilder("<ul>");
    entries.forEach(entry -> list.append("<li>").append(text(entry)).append("</li>"));
    return list.append("</ul>").toString();
  }
}
