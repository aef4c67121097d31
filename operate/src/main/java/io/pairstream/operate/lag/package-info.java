/**
 * The report on consumer lag: groups, their partitions, verdicts and mutes, and the headline over
 * all of them. Knows neither how the report is made ({@code watch}) nor why ({@code judge}).
 */
package io.pairstream.operate.lag;
