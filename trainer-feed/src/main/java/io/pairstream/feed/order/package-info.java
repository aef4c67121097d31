/** The order of an epoch over a view: which sample comes when. */
package io.pairstream.feed.order;
