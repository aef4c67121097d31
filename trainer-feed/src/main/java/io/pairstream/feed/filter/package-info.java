/**
 * Which pairs a view takes: conditions on what is known of a pair, without its picture. Knows
 * nothing of views.
 */
package io.pairstream.feed.filter;
