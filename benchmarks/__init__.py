"""Measurements that anybody can repeat: what rules tell of recorded weeks. No part of the product."""
