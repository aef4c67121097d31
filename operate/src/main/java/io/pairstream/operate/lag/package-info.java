/**
 * Records that wait before each group, their verdict, and the record at the head of them. The
 * packages below read, judge and remember it.
 */
package io.pairstream.operate.lag;
