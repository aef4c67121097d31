/**
 * What waits before each group, what is judged of it, and what the record at the head of it is. The
 * packages below read, judge and remember it.
 */
package io.pairstream.operate.lag;
