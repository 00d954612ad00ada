"""The demonstration of the whole product: the main job from a workbook to published files, step by step."""
